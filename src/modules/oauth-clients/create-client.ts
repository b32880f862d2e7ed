import { type Place, requirePermission } from '../../core/authz/require-permission.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both, type Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import { assertMayUseAccount, assertMayVouch, invalid, mayStill, WRITE, type WriteDeps } from './client-reach.ts'
import { hintOf, newSecret, sealSecret } from './client-secrets.ts'
import { faultsOf, usesSecret } from './client-terms.ts'
import { type ClientRow, columnsOf, termsOf } from './described.ts'
import { clientOfKey, insertClient, insertFirstSecret, type NewClient, type NewSecret } from './queries.ts'
import type { CreateOAuthClient } from './schema.ts'
import { sectorOf, sectorStep } from './sector.ts'

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
  const { db, clock, config, random } = deps
  const orgId = body.orgId ?? null
  const place: Place = await requirePermission(deps, person, WRITE, orgId)
  const firstParty = body.firstParty === true
  assertMayVouch(person, firstParty, place)
  const terms = termsOf(body)
  const faults = faultsOf(terms, { trusted: true, privateTargets: config.privateTargets })
  if (faults.length > 0) throw invalid(faults)
  const inAccount = await assertMayUseAccount(deps, person, terms, orgId)
  const sector = await sectorOf(deps, terms, body.sectorIdentifierUri)
  if ('expected' in sector) throw invalid([sector])

  const now = clock.now()
  const row: NewClient = {
    id: random.id('cli'),
    source: 'administrator',
    orgId,
    status: 'active',
    firstParty,
    ...columnsOf(terms),
    sector: sector.sector,
    registrationTokenHash: null,
    createdBy: person.id,
    version: 1,
    createdAt: now,
    updatedAt: now,
    expiresAt: null,
  }
  const secret = usesSecret(terms) ? newSecret(deps) : undefined
  const created = newEvent(deps, cause, 'oauth_client.created', {
    orgId,
    data: { clientId: row.id, firstParty, grantTypes: row.grantTypes, authMethod: row.authMethod },
  })
  const secretRow = secret === undefined ? undefined : await newSecretRow(deps, row.id, secret, null)
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: row.id },
    {
      sector: sectorStep(deps, sector.sector),
      inserted: recorded(insertClient(db, row, both(mayStill(person, orgId, now), inAccount)), created, [row.id]),
      secret: secretRow && insertFirstSecret(db, secretRow, created),
    },
  )
  if (!results) {
    const { client } = await replay(key, (name) => clientOfKey(db, name))
    if (!client) throw problem('oauthclient.not_found')
    return { client, secret: undefined }
  }
  if (results.inserted.length === 0) throw problem('oauthclient.too_many')
  return { client: { ...row, secrets: secretRow === undefined ? [] : [secretRow] }, secret }
}

/** The row of a secret, which has only its MAC. */
export async function newSecretRow(
  deps: Pick<WriteDeps, 'config' | 'clock' | 'random'>,
  clientId: string,
  secret: string,
  expiresAt: number | null,
): Promise<NewSecret> {
  return {
    id: deps.random.id('sec'),
    clientId,
    ...(await sealSecret(deps, clientId, secret)),
    hint: hintOf(secret),
    createdAt: deps.clock.now(),
    expiresAt,
  }
}
