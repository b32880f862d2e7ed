/** Ends a token (RFC 7009). */
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { hashToken, isToken } from '../../lib/tokens.ts'
import { aboutFamilyOf } from '../grants/refresh-queries.ts'
import { aboutFamily, endFamilyOfToken, revokeToken } from '../grants/token-queries.ts'
import type { Client } from '../oauth-clients/client.ts'
import { accessTokensOf } from '../signing-keys/access-tokens.ts'
import { byClient } from '../token/by-client.ts'

type RevokeDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'keys' | 'principals'>

/**
 * A refresh token ends its family: every refresh token and access token of one sign-in. An access token ends alone. This
 * process refuses them from the next request, every other one within a second; who verifies offline, when they expire. A
 * token of another client stays as it is. One round trip. `before` are steps that use up the assertion of the client.
 */
export async function revokeTokenOf(
  deps: RevokeDeps,
  cause: Cause,
  client: Client,
  token: string,
  before: readonly Step[],
): Promise<void> {
  const { db, clock } = deps
  const by = { ...byClient(cause, client, null), orgId: null }
  if (isToken(token)) {
    const hash = await hashToken(token)
    const about = aboutFamilyOf(hash, client.id)
    const event = { ...newEvent(deps, by, 'grant.tokens_revoked', about), actingFor: about.actingFor }
    const ended = recorded(endFamilyOfToken(db, { hash, clientId: client.id, now: clock.now() }), event)
    return commit(deps, [...before, ended])
  }
  const claims = await accessTokensOf(deps).inspect(token)
  if (claims?.kind !== 'client' || claims.clientId !== client.id) return commit(deps, before)
  const { id: jti, expiresAt, familyId, grantId } = claims
  const event = newEvent(deps, by, 'grant.tokens_revoked', {
    ...(familyId === null ? { orgId: client.orgId } : aboutFamily(familyId)),
    data: { clientId: client.id, grantId, familyId, tokenId: jti },
  })
  return commit(deps, [...before, recorded(revokeToken(db, { jti, expiresAt }), event, [familyId ?? client.id])])
}
