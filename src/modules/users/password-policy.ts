import { primitives } from '#primitives'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commonPasswords } from './common-passwords.ts'
import { hex, utf8 } from '../../lib/encoding.ts'

const MAX_PASSWORD_BYTES = 1024
/**
 * Minimum number of characters that must remain after context words are removed (the words that an attacker tries
 * first).
 */
const MIN_CHARACTERS_BESIDE_CONTEXT = 8
const MIN_CONTEXT_WORD = 4
const BREACH_TIMEOUT_MS = 1000

type PolicyDeps = Pick<Deps, 'config' | 'fetch' | 'log'>

/**
 * Checks length, common passwords, context words and known breaches. It has no composition rules (NIST SP 800-63B
 * §3.1.1.2, ASVS 6.2). Lengths count characters of the NFC form. Throws `user.password_refused` with the reason.
 * `path` is the JSON Pointer of the password in the body.
 */
export async function assertPasswordAcceptable(
  deps: PolicyDeps,
  password: string,
  account: { email: string; name?: string },
  path = '/password',
): Promise<void> {
  const { config } = deps
  const reason =
    refusedByForm(password.normalize('NFC'), config.passwordMinLength) ??
    (commonPasswords.has(password.toLowerCase()) ? 'is one of the most used passwords' : undefined) ??
    (leansOnContext(password, [account.email, account.name ?? '', new URL(config.appUrl).hostname])
      ? 'consists mostly of your name, your e-mail or the name of this service'
      : undefined) ??
    ((await isBreached(deps, password)) ? 'is in a list of stolen passwords' : undefined)
  if (reason) throw problem('user.password_refused', { errors: [{ path, message: `This password ${reason}.` }] })
}

function refusedByForm(password: string, minLength: number): string | undefined {
  if ([...password].length < minLength) return `has fewer than ${minLength} characters`
  if (utf8(password).length > MAX_PASSWORD_BYTES) return `has more than ${MAX_PASSWORD_BYTES} bytes`
  return undefined
}

function leansOnContext(password: string, phrases: readonly string[]): boolean {
  const whole = phrases.map((phrase) => phrase.toLowerCase())
  const words = ['threeger', ...whole, ...whole.flatMap((phrase) => phrase.split(/[^\p{L}\p{N}]+/u))]
  const contextual = words.filter((word) => word.length >= MIN_CONTEXT_WORD).sort((a, b) => b.length - a.length)
  let rest = password.toLowerCase()
  for (const word of contextual) rest = rest.replaceAll(word, '')
  return [...rest].length < Math.min(MIN_CHARACTERS_BESIDE_CONTEXT, [...password].length)
}

/**
 * Pwned Passwords with k-anonymity: only five hex digits of the SHA-1 are sent, and padded answers hide the number of
 * matches. If the look-up fails or takes a second, the password is accepted, so an outage of that service does not
 * stop sign-ups.
 */
async function isBreached({ config, fetch, log }: PolicyDeps, password: string): Promise<boolean> {
  if (!config.refuseBreachedPasswords) return false
  const digest = hex(await primitives.digest('SHA-1', utf8(password.normalize('NFC')))).toUpperCase()
  const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)]
  try {
    const response = await fetch(`https://api.pwnedpasswords.com/range/${prefix}`, {
      headers: { 'add-padding': 'true' },
      signal: AbortSignal.timeout(BREACH_TIMEOUT_MS),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const line = (await response.text()).split(/\r?\n/).find((entry) => entry.startsWith(`${suffix}:`))
    return line !== undefined && Number(line.slice(suffix.length + 1)) > 0
  } catch (cause) {
    log.debug('breached-password look-up failed; the password is accepted', { cause })
    return false
  }
}
