/** The statement a client holds between its two factors: a short JWT that names a row of `mfa_challenges`. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { SessionKind } from '../../lib/session-limits.ts'

export const CHALLENGE_TTL_SECONDS = 600

/** What the token says by itself. Nothing but the row decides whether it is still good. */
export interface NamedChallenge {
  id: string
  userId: string
  /** Of the session that was asked for. */
  kind: SessionKind
  /** Who vouched for them as the first factor: the id of the identity provider. */
  provider?: string | undefined
}

export const signChallenge = ({ tickets }: Pick<Deps, 'tickets'>, { id, userId, kind, provider }: NamedChallenge) =>
  tickets.sign(
    'mfa',
    { jti: id, sub: userId, kind, ...(provider === undefined ? {} : { provider }) },
    CHALLENGE_TTL_SECONDS,
  )

/** Throws `mfa.challenge_invalid` for anything we did not sign for this purpose, or that has expired. */
export async function readChallenge({ tickets }: Pick<Deps, 'tickets'>, token: string): Promise<NamedChallenge> {
  const claims = await tickets.verify('mfa', token)
  const { jti: id, sub: userId, kind, provider } = claims ?? {}
  if (typeof id !== 'string' || typeof userId !== 'string' || (kind !== 'token' && kind !== 'cookie'))
    throw problem('mfa.challenge_invalid')
  return { id, userId, kind, ...(typeof provider === 'string' ? { provider } : {}) }
}
