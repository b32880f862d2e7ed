import { describe, expect, test } from 'bun:test'
import { ed25519FromSeed } from '../../../src/modules/audit-events/ed25519.ts'
import { base64url, hex } from '../../../src/lib/encoding.ts'

const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

/** RFC 8032 §7.1, those whose message is text: tests 1 and 2. */
const vectors = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    message: 'r',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
]

describe('Ed25519 from a seed', () => {
  test.each(vectors)('signs as RFC 8032 §7.1 does (%#)', async ({ seed, message, signature }) => {
    const key = await ed25519FromSeed(fromHex(seed))
    expect(await key.sign(message)).toBe(base64url(fromHex(signature)))
    expect(await key.verify(message, base64url(fromHex(signature)))).toBeTrue()
  })

  test('each seed has a key id of its own', async () => {
    const ids = await Promise.all(
      [1, 1, 2].map(async (byte) => (await ed25519FromSeed(new Uint8Array(32).fill(byte))).keyId),
    )
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false])
  })

  test('no other text, key or signature passes, and nonsense is no error', async () => {
    const key = await ed25519FromSeed(new Uint8Array(32).fill(1))
    const other = await ed25519FromSeed(new Uint8Array(32).fill(2))
    const signature = await key.sign('text')
    expect(await key.verify('text ', signature)).toBeFalse()
    expect(await other.verify('text', signature)).toBeFalse()
    for (const wrong of ['', '!', 'AAAA', `${signature}AA`, signature.slice(0, -2), `B${signature.slice(1)}`])
      expect(await key.verify('text', wrong), hex(new TextEncoder().encode(wrong))).toBeFalse()
  })
})
