/**
 * A ceremony of WebAuthn between its options and its answer. Nothing is stored for it: the challenge is a statement the
 * server signs to itself, and a row is written only for one that was answered. So options cost no round trip, and a page
 * may ask for them whenever it is loaded, as autofill does.
 *
 * What an authenticator signs is the SHA-256 of that statement: it cannot answer another ceremony, user or session than
 * the one it was made for, and no other spelling of it (W3C WebAuthn Level 3, §13.4.3).
 */
import { primitives } from '#primitives'
import type { Deps } from '../../deps.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'

/** What an answer is for. `mfa` is a second factor, `register` one more passkey of somebody who is signed in. */
export type CeremonyName = 'sign-in' | 'sign-up' | 'register' | 'step-up' | 'mfa'

/** Security checklist 15: no challenge lives longer. */
export const CEREMONY_TTL_SECONDS = 300
const NONCE_BYTES = 16

export interface StartedCeremony {
  /** Sent back with the answer. */
  token: string
  /** For `navigator.credentials`, base64url. */
  challenge: string
}

export interface Ceremony {
  claims: Readonly<Record<string, unknown>>
  /** What the authenticator must have signed; also the key under which its use is noted. */
  challenge: string
  expiresAt: number
}

type CeremonyDeps = Pick<Deps, 'tickets' | 'random'>

/** `about` says whom and which session the answer is for. No round trip. */
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
 * The ceremony a token was made for, if it is this one and `about` is whom it was made for; undefined for any other, an
 * expired and an altered one. Whether it was answered already is asked of the database. No round trip.
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
