import { type Place, requirePermission } from '../../core/authz/require-permission.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import { assertMayUseAccount, assertMayVouch, mayVouch, WRITE, type WriteDeps } from './client-reach.ts'
import { type ClientRow, termsOf } from './described.ts'
import { prepareClient } from './new-client.ts'
import { clientOfKey, insertClient, insertFirstSecret, type NewClient, type NewSecret } from './queries.ts'
import type { CreateOAuthClient } from './schema.ts'
import { sectorStep } from './sector.ts'

/**
 * Makes a client of an organisation, or of the instance. Two round trips with the one for the principal; a client with a service
 * account costs one more. A repeat with the same key gets the client without its secret, which is shown once.
 *
 * Throws `oauthclient.too_many`, `oauthclient.scope_refused`, `serviceaccount.not_found`, `org.not_found`, `auth.forbidden`,
 * `auth.fresh_session_required`, `request.invalid`, `idempotency.key_reused`.
 */
export async function createClient(
  deps: WriteDeps,
  cause: Cause,
  actor: Actor,
  body: CreateOAuthClient,
  key?: IdempotencyKey,
): Promise<{ client: ClientRow; secret: string | undefined }> {
  const person = personBehind(cause, actor)
  const { db, random } = deps
  const orgId = body.orgId ?? null
  const place: Place = await requirePermission(deps, person, WRITE, orgId)
  const firstParty = body.firstParty === true
  const terms = termsOf(body)
  assertMayVouch(deps, person, { ...terms, firstParty }, place)
  const inAccount = await assertMayUseAccount(deps, person, terms, orgId)
  const { row, secret } = await prepareClient(deps, terms, {
    id: random.id('cli'),
    orgId,
    firstParty,
    createdBy: cause.actorId,
    sectorIdentifierUri: body.sectorIdentifierUri,
    trusted: mayVouch(person, place),
    asking: cause,
  })
  const created = newEvent(deps, cause, 'oauth_client.created', {
    orgId,
    data: { clientId: row.id, firstParty, grantTypes: row.grantTypes, authMethod: row.authMethod },
  })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: row.id },
    {
      sector: sectorStep(deps, row.sector),
      inserted: recorded(insertClient(db, row, inAccount), created, [row.id]),
      secret: secret && insertFirstSecret(db, secret.row, created),
    },
  )
  if (!results) {
    const { client } = await replay(key, (name) => clientOfKey(db, name))
    if (!client) throw problem('oauthclient.not_found')
    return { client, secret: undefined }
  }
  if (results.inserted.length === 0) throw problem('oauthclient.too_many')
  return { client: shown(row, secret?.row), secret: secret?.text }
}

/** The client as a read would find it. */
export const shown = ({ registrationTokenHash: _, ...row }: NewClient, secret: NewSecret | undefined): ClientRow => ({
  ...row,
  secrets: secret === undefined ? [] : [secret],
})
