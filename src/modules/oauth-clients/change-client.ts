import { reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, type Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import { assertMayUseAccount, assertMayVouch, clientAt, mayVouch, WRITE, type WriteDeps } from './client-reach.ts'
import { invalid } from './client-faults.ts'
import { faultsOf, usesSecret } from './client-terms.ts'
import { changedTerms, type ClientRow, columnsOf } from './described.ts'
import { clientById, deleteClient, dropSecrets, updateClient } from './queries.ts'
import type { UpdateOAuthClient } from './schema.ts'
import { sectorOf, sectorStep } from './sector.ts'

/**
 * Changes a client. A registration that an administrator describes no longer changes itself. A disabled one, and its tokens, are refused from the next request on. Two round trips besides the one for the
 * principal; a client with a service account costs one more. Throws `oauthclient.not_found`, `oauthclient.changed`,
 * `oauthclient.scope_refused`, `oauthclient.described_elsewhere`, `serviceaccount.not_found`, `auth.forbidden`,
 * `auth.fresh_session_required`, `request.invalid`.
 */
export async function changeClient(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  id: string,
  { status, firstParty, ...change }: UpdateOAuthClient,
  versions: readonly number[] | undefined,
): Promise<ClientRow> {
  const person = personBehind(cause, actor)
  const { db, clock, config } = deps
  const { client: before, place } = await clientAt(deps, person, id, WRITE)
  if (versions !== undefined && !versions.includes(before.version)) throw problem('oauthclient.changed')
  const describes = firstParty !== undefined || Object.keys(change).length > 0
  if (before.source === 'metadata' && describes) throw problem('oauthclient.described_elsewhere')
  // To disable a client is always safe.
  const enables = describes || status === 'active'
  const terms = changedTerms(before, change)
  if (enables) assertMayVouch(deps, person, { ...terms, firstParty: before.firstParty || firstParty === true }, place)
  // What was vouched for stays when another field changes.
  const keepsUris = change.redirectUris === undefined && change.postLogoutRedirectUris === undefined
  const trusted = keepsUris || mayVouch(person, place)
  const faults = faultsOf(terms, { trusted, privateTargets: config.privateTargets })
  if (describes && faults.length > 0) throw invalid(faults)
  const condition = enables ? await assertMayUseAccount(deps, person, terms, before.orgId) : always
  const sector = await sectorOf(deps, terms, { uri: change.sectorIdentifierUri, before, asking: cause })
  if ('expected' in sector) throw invalid([sector])

  const now = clock.now()
  const updated = newEvent(deps, cause, 'oauth_client.updated', {
    orgId: before.orgId,
    data: {
      clientId: id,
      fields: [...Object.keys(change), ...(firstParty === undefined ? [] : ['firstParty'])],
      ...(status === undefined ? {} : { status }),
    },
  })
  const changes = {
    ...(describes ? { ...columnsOf(terms), sector: sector.sector } : {}),
    // The client must not undo what the administrator decided, nor move the redirect URIs that were vouched for (RFC 7592).
    ...(describes && before.source === 'registration' ? { registrationTokenHash: null } : {}),
    ...(status === undefined ? {} : { status }),
    ...(firstParty === undefined ? {} : { firstParty }),
  }
  const { changed, found } = await commit(deps, {
    sector: describes ? sectorStep(deps, sector.sector) : undefined,
    changed: recorded(updateClient(db, before, changes, { condition, now }), updated, [id]),
    dropped: usesSecret(before) && !usesSecret(terms) ? dropSecrets(db, id, updated) : undefined,
    found: clientById(db, id),
  })
  const [client] = found
  if (client === undefined) throw problem('oauthclient.not_found')
  if (changed.length > 0) return client
  throw problem('oauthclient.changed')
}

/**
 * Deletes a client. Its grants and tokens end with it. Two round trips besides the one for the principal. Throws
 * `oauthclient.not_found`, `auth.fresh_session_required`.
 */
export async function removeClient(deps: WriteDeps, cause: Cause, actor: Actor, id: string): Promise<void> {
  const person = personBehind(cause, actor)
  const { db, clock } = deps
  const { client } = await clientAt(deps, person, id, WRITE)
  const now = clock.now()
  const reach = reachOf(person, WRITE, await scopesOfActor(deps, person, [client.orgId]), now)
  const deleted = newEvent(deps, cause, 'oauth_client.deleted', { orgId: client.orgId, data: { clientId: id } })
  const { rows } = await commit(deps, {
    rows: recorded(deleteClient(db, id, reach), deleted, [id]),
  })
  if (rows.length === 0) throw problem('oauthclient.not_found')
}
