/**
 * The checks of an ID token that openid-client does not make (see its source). The signature, `aud`, `exp`, `nbf` and
 * `nonce` were checked before.
 */
import type { IDToken } from 'openid-client'
import { problem } from '../../errors.ts'
import { issuerOfToken } from '../../lib/provider-issuers.ts'
import { FLOW_SECONDS, type Flow } from './flow-cookie.ts'

/** The clock of a provider may be ahead of ours by this much. */
const MAX_AHEAD_MS = 5 * 60_000
/** It may be behind by this much. Microsoft also dates its tokens back by five minutes. */
const MAX_BEHIND_MS = 10 * 60_000

export interface Expected {
  clientId: string
  /** The issuer in the metadata of the provider. */
  issuer: string
  flow: Pick<Flow, 'expiresAt'>
  /** ms UTC. */
  now: number
}

/** OpenID Connect Core §3.1.3.7, points 2, 5 and 10. Throws `provider.answer_invalid`. */
export function checkIdToken({ iss, tid, azp, iat }: IDToken, { clientId, issuer, flow, now }: Expected): void {
  if (iss !== issuerOfToken(issuer, tid)) throw refused('has another issuer than the provider')
  if (azp !== undefined && azp !== clientId) throw refused('was made for another client (azp)')
  const began = flow.expiresAt - FLOW_SECONDS * 1000
  if (iat * 1000 > now + MAX_AHEAD_MS) throw refused('has a time in the future (iat): compare the clocks')
  if (!(iat * 1000 >= began - MAX_BEHIND_MS)) throw refused('is older than this sign-in (iat)')
}

/**
 * The time at which the provider authenticated the person (`auth_time`), ms UTC. 0 if the provider does not say.
 * Throws `provider.answer_invalid` for a time in the future.
 */
export function provedAt({ auth_time }: IDToken, now: number): number {
  if (auth_time === undefined) return 0
  if (auth_time * 1000 > now + MAX_AHEAD_MS) throw refused('has a sign-in time in the future (auth_time)')
  return Math.min(Math.floor(auth_time * 1000), now)
}

const refused = (reason: string) => problem('provider.answer_invalid', { cause: new Error(`the ID token ${reason}`) })
