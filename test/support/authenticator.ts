/**
 * An authenticator and its browser in software: WebAuthn Level 3 made by hand, so that a test can also make it wrong.
 *
 *   const key = await createAuthenticator({ alg: -7 })
 *   const credential = await key.create(options)          // as `credential.toJSON()`
 *   const answer = await key.get(options, { origin: 'https://evil.example' })
 */
import { base64url, fromBase64url, utf8 } from '../../src/lib/encoding.ts'

export type Algorithm = -7 | -8 | -257

interface CreationOptions {
  challenge: string
  rp: { id: string }
  user: { id: string }
}
interface RequestOptions {
  challenge: string
  rpId: string
}

/** What is to be wrong, or other than usual. */
export interface Lies {
  origin?: string
  type?: string
  challenge?: string
  rpId?: string
  crossOrigin?: boolean
  topOrigin?: string
  /** User verification; without it the flag is not set. */
  verified?: boolean
  present?: boolean
  userHandle?: string | undefined
  /** Instead of the next one. */
  counter?: number
  /** Backup eligible and backed up: a synced passkey. */
  synced?: boolean
  /** Changes the bytes that were signed, or the signature. */
  signature?: (signature: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
  /** Of the attestation; `none` is what browsers send. */
  fmt?: string
  attStmt?: Uint8Array
  credentialId?: string
}

const FLAGS = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10, attested: 0x40 }

export interface Authenticator {
  readonly credentialId: string
  /** Of the user it was made for; set by `create`. */
  userHandle: string | undefined
  counter: number
  create(options: CreationOptions, lies?: Lies): Promise<NewCredential>
  get(options: RequestOptions, lies?: Lies): Promise<Credential>
}

export interface NewCredential {
  id: string
  rawId: string
  type: 'public-key'
  response: { clientDataJSON: string; attestationObject: string; transports: string[] }
  clientExtensionResults: Record<string, unknown>
}

export interface Credential {
  id: string
  rawId: string
  type: 'public-key'
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string }
  clientExtensionResults: Record<string, unknown>
}

export interface AuthenticatorOptions {
  alg?: Algorithm
  /** Of the page. */
  origin?: string
  /** Counts its uses; synced passkeys do not. */
  counts?: boolean
  synced?: boolean
}

export async function createAuthenticator({
  alg = -7,
  origin = 'https://api.test',
  counts = true,
  synced = false,
}: AuthenticatorOptions = {}): Promise<Authenticator> {
  const keys = (await crypto.subtle.generateKey(PARAMETERS[alg], true, ['sign', 'verify'])) as CryptoKeyPair // of every asymmetric algorithm
  const publicKey = await coseKey(alg, keys.publicKey)
  const credentialId = base64url(crypto.getRandomValues(new Uint8Array(32)))

  const clientData = (type: string, challenge: string, lies: Lies): Uint8Array<ArrayBuffer> =>
    utf8(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.crossOrigin ?? false,
        ...(lies.topOrigin === undefined ? {} : { topOrigin: lies.topOrigin }),
      }),
    )

  const authenticatorData = async (rpId: string, lies: Lies, attested: Uint8Array = new Uint8Array()) => {
    const flags =
      (lies.present === false ? 0 : FLAGS.present) |
      (lies.verified === false ? 0 : FLAGS.verified) |
      ((lies.synced ?? synced) ? FLAGS.eligible | FLAGS.backedUp : 0) |
      (attested.length > 0 ? FLAGS.attested : 0)
    const counter = new Uint8Array(4)
    new DataView(counter.buffer).setUint32(0, lies.counter ?? self.counter)
    return concat(await sha256(utf8(lies.rpId ?? rpId)), Uint8Array.of(flags), counter, attested)
  }

  const self: Authenticator = {
    credentialId,
    userHandle: undefined,
    counter: 0,

    async create({ challenge, rp, user }, lies = {}) {
      self.userHandle = user.id
      const id = fromBase64url(lies.credentialId ?? credentialId) ?? new Uint8Array()
      const attested = concat(new Uint8Array(16), Uint8Array.of(id.length >> 8, id.length & 255), id, publicKey)
      const attestation = cborMap([
        [cborText('fmt'), cborText(lies.fmt ?? 'none')],
        [cborText('attStmt'), lies.attStmt ?? cborMap([])],
        [cborText('authData'), cborBytes(await authenticatorData(rp.id, lies, attested))],
      ])
      return {
        id: lies.credentialId ?? credentialId,
        rawId: lies.credentialId ?? credentialId,
        type: 'public-key',
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', challenge, lies)),
          attestationObject: base64url(attestation),
          transports: ['internal'],
        },
        clientExtensionResults: { credProps: { rk: true } },
      }
    },

    async get({ challenge, rpId }, lies = {}) {
      if (counts) self.counter++
      const data = await authenticatorData(rpId, lies)
      const client = clientData('webauthn.get', challenge, lies)
      const signed = await sign(alg, keys.privateKey, concat(data, await sha256(client)))
      const handle = 'userHandle' in lies ? lies.userHandle : self.userHandle
      return {
        id: lies.credentialId ?? credentialId,
        rawId: lies.credentialId ?? credentialId,
        type: 'public-key',
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(lies.signature?.(signed) ?? signed),
          ...(handle === undefined ? {} : { userHandle: handle }),
        },
        clientExtensionResults: {},
      }
    },
  }
  return self
}

const PARAMETERS = {
  [-7]: { name: 'ECDSA', namedCurve: 'P-256' },
  [-8]: { name: 'Ed25519' },
  [-257]: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
} as const satisfies Record<Algorithm, object>

/** RFC 9053 §7, RFC 8230 §4. */
async function coseKey(alg: Algorithm, key: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  const jwk = await crypto.subtle.exportKey('jwk', key)
  const bytes = (text: string | undefined) => cborBytes(fromBase64url(text ?? '') ?? new Uint8Array())
  if (alg === -7)
    return cborMap([
      [cborInteger(1), cborInteger(2)],
      [cborInteger(3), cborInteger(alg)],
      [cborInteger(-1), cborInteger(1)],
      [cborInteger(-2), bytes(jwk.x)],
      [cborInteger(-3), bytes(jwk.y)],
    ])
  if (alg === -8)
    return cborMap([
      [cborInteger(1), cborInteger(1)],
      [cborInteger(3), cborInteger(alg)],
      [cborInteger(-1), cborInteger(6)],
      [cborInteger(-2), bytes(jwk.x)],
    ])
  return cborMap([
    [cborInteger(1), cborInteger(3)],
    [cborInteger(3), cborInteger(alg)],
    [cborInteger(-1), bytes(jwk.n)],
    [cborInteger(-2), bytes(jwk.e)],
  ])
}

async function sign(alg: Algorithm, key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const parameters = alg === -7 ? { name: 'ECDSA', hash: 'SHA-256' } : { name: PARAMETERS[alg].name }
  const signature = new Uint8Array(await crypto.subtle.sign(parameters, key, data))
  return alg === -7 ? derSignature(signature) : signature
}

/** Web Crypto gives r ‖ s, authenticators an ASN.1 sequence of both (WebAuthn Level 3, §6.5.5). */
function derSignature(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const integer = (half: Uint8Array) => {
    const start = half.findIndex((byte) => byte !== 0)
    const trimmed = half.subarray(Math.max(start, 0))
    const value = (trimmed[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), trimmed) : trimmed
    return concat(Uint8Array.of(0x02, value.length), value)
  }
  const both = concat(integer(raw.subarray(0, 32)), integer(raw.subarray(32)))
  return concat(Uint8Array.of(0x30, both.length), both)
}

const sha256 = async (data: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest('SHA-256', data))

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** RFC 8949 §3, as far as authenticators use it. */
function cborHead(major: number, value: number): Uint8Array {
  const type = major << 5
  if (value < 24) return Uint8Array.of(type | value)
  if (value < 256) return Uint8Array.of(type | 24, value)
  return Uint8Array.of(type | 25, value >> 8, value & 255)
}
export const cborInteger = (value: number) => (value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value))
export const cborBytes = (value: Uint8Array) => concat(cborHead(2, value.length), value)
export const cborText = (value: string) => concat(cborHead(3, utf8(value).length), utf8(value))
export const cborArray = (items: readonly Uint8Array[]) => concat(cborHead(4, items.length), ...items)
export const cborMap = (entries: readonly (readonly [Uint8Array, Uint8Array])[]) =>
  concat(cborHead(5, entries.length), ...entries.flat())
