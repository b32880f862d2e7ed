/**
 * A WebAuthn ceremony from its options to its answer. The server stores nothing when it creates options: the
 * challenge is a statement that the server signs for itself. It writes a row only when a challenge is answered. So
 * options cost no round trip, and a page may ask for them on every load, as autofill does.
 *
 * The authenticator signs the SHA-256 of that statement. So its answer is valid only for the ceremony, user and
 * session of the challenge, and only for this spelling of it (W3C WebAuthn Level 3, §13.4.3).
 */
import { primitives } from '#primitives'
import type { Deps } from '../../deps.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'

/** The purpose of an answer. `mfa` is a second factor. `register` adds a passkey to the account of a signed-in user. */
export type CeremonyName = 'sign-in' | 'sign-up' | 'register' | 'step-up' | 'mfa'

/** Maximum lifetime of a challenge (security checklist 15). */
export const CEREMONY_TTL_SECONDS = 300
const NONCE_BYTES = 16

export interface StartedCeremony {
  /** The client sends it back with the answer. */
  token: string
  /** For `navigator.credentials`, base64url. */
  challenge: string
}

export interface Ceremony {
  claims: Readonly<Record<string, unknown>>
  /** The value that the authenticator must have signed. It is also the key under which its use is recorded. */
  challenge: string
  expiresAt: number
}

type CeremonyDeps = Pick<Deps, 'tickets' | 'random'>

/** `about` names the user and the session that the answer is for. No round trip. */
export async function startCeremony(
  { tickets, random }: CeremonyDeps,
  ceremony: CeremonyName,
  about: Record<string, string> = {},
): Promise<StartedCeremony> {
  const nonce = base64url(random.bytes(NONCE_BYTES))
  const token = await tickets.sign('passkey', { ...about, ceremony, nonce }, CEREMONY_TTL_SECONDS)
  return { token, challenge: await digest(token) }
}

/**
 * Returns the ceremony of a token if its name and `about` match. Returns undefined for every other token, and for an
 * expired or altered one. It does not check whether the challenge was already answered; the database does that. No
 * round trip.
 */
export async function readCeremony(
  { tickets }: Pick<Deps, 'tickets'>,
  ceremony: CeremonyName,
  token: string,
  about: Record<string, string> = {},
): Promise<Ceremony | undefined> {
  const claims = await tickets.verify('passkey', token)
  if (claims === undefined || typeof claims.exp !== 'number') return undefined
  const wanted = Object.entries({ ...about, ceremony })
  if (wanted.some(([name, value]) => claims[name] !== value)) return undefined
  return { claims, challenge: await digest(token), expiresAt: claims.exp * 1000 }
}

const digest = async (token: string): Promise<string> => base64url(await primitives.digest('SHA-256', utf8(token)))
