/** The token that a client holds between its two factors: a short JWT that names a row of `mfa_challenges`. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { SessionKind } from '../../lib/session-limits.ts'

export const CHALLENGE_TTL_SECONDS = 600

/** The claims of the token. Only the row decides whether the challenge is still valid. */
export interface NamedChallenge {
  id: string
  userId: string
  /** The kind of session that the client asked for. */
  kind: SessionKind
  /** The id of the identity provider, if that was the first factor. */
  provider?: string | undefined
}

export const signChallenge = ({ tickets }: Pick<Deps, 'tickets'>, { id, userId, kind, provider }: NamedChallenge) =>
  tickets.sign(
    'mfa',
    { jti: id, sub: userId, kind, ...(provider === undefined ? {} : { provider }) },
    CHALLENGE_TTL_SECONDS,
  )

/** Throws `mfa.challenge_invalid` if the token has expired, or if this server did not sign it for this purpose. */
export async function readChallenge({ tickets }: Pick<Deps, 'tickets'>, token: string): Promise<NamedChallenge> {
  const claims = await tickets.verify('mfa', token)
  const { jti: id, sub: userId, kind, provider } = claims ?? {}
  if (typeof id !== 'string' || typeof userId !== 'string' || (kind !== 'token' && kind !== 'cookie'))
    throw problem('mfa.challenge_invalid')
  return { id, userId, kind, ...(typeof provider === 'string' ? { provider } : {}) }
}
