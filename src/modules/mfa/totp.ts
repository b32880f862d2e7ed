/** Codes of an authenticator app: RFC 6238 with what every app supports, SHA-1, 6 digits, 30 s. */
import { primitives } from '#primitives'
import type { Secret } from 'otpauth/bare'
import { equalBytes } from '../../lib/constant-time.ts'
import { utf8 } from '../../lib/encoding.ts'

const PERIOD_MS = 30_000
const DIGITS = 6
/** So many steps before and after now are taken: a clock that is off, and the time it takes to type. */
const WINDOW = 1
/** RFC 4226 §4, R6: 160 bits. */
export const SEED_BYTES = 20

const ALGORITHM = 'SHA1'

// Loaded by whoever comes with a code: a start does not wait for it.
// The bare entry: its others bring every hash along, and the platform has the one there is to compute.
const otpauth = () => import('otpauth/bare')

const secretOf = async (seed: Uint8Array<ArrayBuffer>): Promise<Secret> =>
  // The library reads a buffer from its beginning to its end.
  new (await otpauth()).Secret({ buffer: seed.slice().buffer })

/** RFC 6238 §4.2: the number of steps since the epoch. */
export const stepAt = (ms: number): number => Math.floor(ms / PERIOD_MS)

/** The code of one step. */
export async function totpCode(seed: Uint8Array<ArrayBuffer>, step: number, digits = DIGITS): Promise<string> {
  const { HOTP } = await otpauth()
  const digest = await hmacSha1(seed, step)
  return HOTP.generate({
    secret: await secretOf(seed),
    algorithm: ALGORITHM,
    digits,
    counter: step,
    hmac: () => digest,
  })
}

/** Of the counter as eight bytes: RFC 4226 §5.2. */
async function hmacSha1(seed: Uint8Array<ArrayBuffer>, counter: number): Promise<Uint8Array> {
  const message = new DataView(new ArrayBuffer(8))
  message.setBigUint64(0, BigInt(counter))
  return primitives.hmac('SHA-1', seed, new Uint8Array(message.buffer))
}

/**
 * The step of which this is the code: the first after `lastStep` within the window around now. Undefined for a code that
 * is wrong, too old, or of a step that was used. RFC 6238 §5.2
 */
export async function matchTotp(
  seed: Uint8Array<ArrayBuffer>,
  code: string,
  { now, lastStep }: { now: number; lastStep: number },
): Promise<number | undefined> {
  const current = stepAt(now)
  let found: number | undefined
  for (let step = current - WINDOW; step <= current + WINDOW; step++) {
    // Every step is computed and compared whole, so the time tells nothing of how near a guess was.
    const matches = equalBytes(utf8(await totpCode(seed, step)), utf8(code))
    if (matches && step > lastStep) found ??= step
  }
  return found
}

export interface TotpEnrolment {
  /** Base32 (RFC 4648 §6), for who types it. */
  secret: string
  /** `otpauth://totp/…`, the Key URI format that apps read. */
  uri: string
  /** The same as a picture: SVG 1.1, without a script. */
  qrSvg: string
}

/** What an app is given. `issuer` and `account` are how it names the entry. */
export async function describeSeed(
  seed: Uint8Array<ArrayBuffer>,
  { issuer, account }: { issuer: string; account: string },
): Promise<TotpEnrolment> {
  const [{ TOTP }, { renderSVG }] = await Promise.all([otpauth(), import('uqr')])
  const secret = await secretOf(seed)
  // A colon parts the issuer from the account in the label of the format.
  const label = { issuer: issuer.replaceAll(':', ' '), label: account }
  const uri = new TOTP({ ...label, secret, algorithm: ALGORITHM, digits: DIGITS, period: PERIOD_MS / 1000 }).toString()
  return { secret: secret.base32, uri, qrSvg: renderSVG(uri, { border: 4 }) }
}
