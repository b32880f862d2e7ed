/** Codes of an authenticator app: RFC 6238 with the values that every app supports (SHA-1, 6 digits, 30 s). */
import { primitives } from '#primitives'
import type { Secret } from 'otpauth/bare'
import { equalBytes } from '../../lib/constant-time.ts'
import { utf8 } from '../../lib/encoding.ts'

const PERIOD_MS = 30_000
const DIGITS = 6
/** Codes of this many steps before and after now are accepted, for a wrong clock and the time to type. */
const WINDOW = 1
/** RFC 4226 §4, R6: 160 bits. */
export const SEED_BYTES = 20

const ALGORITHM = 'SHA1'

// Loaded with the first code, so that the start does not wait for it.
// The bare entry, because the other entries bundle every hash function, and the platform has the one that is needed.
const otpauth = () => import('otpauth/bare')

const secretOf = async (seed: Uint8Array<ArrayBuffer>): Promise<Secret> =>
  // The library ignores the offset of a view and reads the whole buffer.
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

/** HMAC-SHA-1 of the counter as eight bytes: RFC 4226 §5.2. */
async function hmacSha1(seed: Uint8Array<ArrayBuffer>, counter: number): Promise<Uint8Array> {
  const message = new DataView(new ArrayBuffer(8))
  message.setBigUint64(0, BigInt(counter))
  return primitives.hmac('SHA-1', seed, new Uint8Array(message.buffer))
}

/**
 * The step of this code: the first one after `lastStep` in the window around now. Undefined for a code that is wrong,
 * too old, or of a step that was used. RFC 6238 §5.2
 */
export async function matchTotp(
  seed: Uint8Array<ArrayBuffer>,
  code: string,
  { now, lastStep }: { now: number; lastStep: number },
): Promise<number | undefined> {
  const current = stepAt(now)
  let found: number | undefined
  for (let step = current - WINDOW; step <= current + WINDOW; step++) {
    // Every step is computed and compared in full, so the duration does not reveal how near a guess was.
    const matches = equalBytes(utf8(await totpCode(seed, step)), utf8(code))
    if (matches && step > lastStep) found ??= step
  }
  return found
}

export interface TotpEnrolment {
  /** Base32 (RFC 4648 §6), for users who type it. */
  secret: string
  /** `otpauth://totp/…`, the Key URI format that apps read. */
  uri: string
  /** The URI as a QR code: SVG 1.1, without a script. */
  qrSvg: string
}

/** The seed in the forms that apps read. An app names the entry by `issuer` and `account`. */
export async function describeSeed(
  seed: Uint8Array<ArrayBuffer>,
  { issuer, account }: { issuer: string; account: string },
): Promise<TotpEnrolment> {
  const [{ TOTP }, { renderSVG }] = await Promise.all([otpauth(), import('uqr')])
  const secret = await secretOf(seed)
  // In the label, a colon separates the issuer from the account.
  const label = { issuer: issuer.replaceAll(':', ' '), label: account }
  const uri = new TOTP({ ...label, secret, algorithm: ALGORITHM, digits: DIGITS, period: PERIOD_MS / 1000 }).toString()
  return { secret: secret.base32, uri, qrSvg: renderSVG(uri, { border: 4 }) }
}
