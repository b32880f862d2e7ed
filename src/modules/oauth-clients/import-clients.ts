/** The operator's import of clients. No permission limits it. */
import { Value } from '@sinclair/typebox/value'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { always } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { expectation } from '../../lib/expectations.ts'
import { isStorable } from '../../lib/storable-text.ts'
import { errorsOf } from './client-faults.ts'
import { findSecret, newSecret } from './client-secrets.ts'
import { type ClientTerms, type Fault, faultsOf, usesSecret } from './client-terms.ts'
import { columnsOf, termsOf } from './described.ts'
import {
  clientsByIds,
  clientsByNames,
  deleteSecrets,
  insertAnyClient,
  insertAnySecret,
  openOrgs,
  orgsOfAccounts,
  secretsOfClients,
} from './import-queries.ts'
import { ImportedClient } from './import-schema.ts'
import { newSecretRow, type PreparedClient, prepareClient } from './new-client.ts'
import {
  type ClientChanges,
  insertFirstSecret,
  MAX_SECRETS,
  type NewClient,
  type NewSecret,
  updateClient,
} from './queries.ts'
import { sectorOf, sectorStep } from './sector.ts'

type ImportDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'random' | 'limiter' | 'fetchPublic'>
type RowError = { path: string; message: string }
type Errors = readonly RowError[]

export interface ImportedRow {
  index: number
  status: 'created' | 'updated' | 'exists' | 'refused'
  clientId?: string
  /** A secret that the import made, because the file has none. It is shown once. */
  clientSecret?: string
  errors?: Errors
}

interface Change {
  before: NewClient
  /** Absent: only its secrets change. */
  changes: ClientChanges | undefined
  sector: string | null
  added: { row: NewSecret; text: string } | undefined
  dropped: readonly string[]
}

const MAX_ERRORS = 20

/**
 * Makes the clients of these rows, or changes them so that they are as the rows say: what a row does not name gets its default. A
 * row without an id is the client with its name. A secret in a row works afterwards, and one earlier secret works beside it. So the
 * same rows can be sent again, and change nothing then.
 *
 * All or nothing: if a row is refused, nothing is written. `dryRun` writes nothing either.
 */
export async function importClients(
  deps: ImportDeps,
  rows: readonly unknown[],
  { dryRun = false } = {},
): Promise<ImportedRow[]> {
  const { db, clock } = deps
  const read = rows.map(readRow)
  const given = read.flatMap((row) => ('client' in row ? [row.client] : []))
  const known = await readKnown(deps, given)
  const items: ImportedRow[] = []
  const created: PreparedClient[] = []
  const changed: Change[] = []
  const seen = new Set<string>()

  for (const [index, row] of read.entries()) {
    if ('errors' in row) {
      items.push({ index, status: 'refused', errors: row.errors })
      continue
    }
    const { client } = row
    const id = client.clientId ?? known.idOf(client) ?? deps.random.id('cli')
    const before = known.client(id)
    const errors = seen.has(id)
      ? [{ path: '/clientId', message: 'Expected an id that no earlier row has' }]
      : refusalsOf(client, before, known)
    seen.add(id)
    if (client.clientId === undefined) {
      // Otherwise both would be made, and the next import would know one of them alone. No id has a line break.
      const name = `\n${client.orgId ?? ''} ${client.name}`
      if (seen.has(name))
        errors.push({ path: '/name', message: 'Expected a name that no earlier row has, or a clientId' })
      seen.add(name)
    }
    try {
      if (errors.length > 0) items.push({ index, status: 'refused', errors })
      else if (before === undefined) {
        const made = await prepareClient(deps, termsOf(client), {
          id,
          orgId: client.orgId ?? null,
          firstParty: client.firstParty === true,
          createdBy: null,
          secret: client.clientSecret,
          sectorIdentifierUri: client.sectorIdentifierUri,
          trusted: true,
          asking: null,
        })
        if (client.status !== undefined) made.row.status = client.status
        created.push(made)
        items.push({ index, status: 'created', clientId: id, ...shownSecret(made.secret?.text, client) })
      } else {
        const change = await changeOf(deps, client, before, known.secrets(id))
        const isSame = change.changes === undefined && change.added === undefined && change.dropped.length === 0
        if (!isSame) changed.push(change)
        items.push({
          index,
          status: isSame ? 'exists' : 'updated',
          clientId: id,
          ...shownSecret(change.added?.text, client),
        })
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.options.errors === undefined) throw error
      items.push({ index, status: 'refused', errors: error.options.errors })
    }
  }
  if (dryRun || items.some(({ status }) => status === 'refused')) return items.map(withoutSecret)

  const now = clock.now()
  const event = (type: 'created' | 'updated' | 'secret_added', { id, orgId }: NewClient, data: object = {}) =>
    newEvent(deps, systemCause, `oauth_client.${type}`, { orgId, data: { clientId: id, ...data } })
  const made = created.map(({ row, secret }) => ({ row, secret, event: event('created', row) }))
  const { inserted, updated } = await commit(deps, {
    sectors: [...created.map(({ row }) => row.sector), ...changed.map(({ sector }) => sector)].flatMap(
      (sector) => sectorStep(deps, sector) ?? [],
    ),
    inserted: made.map((one) => recorded(insertAnyClient(db, one.row), one.event, [one.row.id])),
    firstSecrets: made.flatMap((one) => (one.secret ? [insertFirstSecret(db, one.secret.row, one.event)] : [])),
    updated: changed.map(({ before, changes }) =>
      recorded(
        updateClient(db, before, changes ?? {}, { condition: always, now }),
        event('updated', before, { fields: Object.keys(changes ?? {}) }),
        [before.id],
      ),
    ),
    dropped: changed.flatMap(({ dropped }) => (dropped.length > 0 ? [deleteSecrets(db, dropped)] : [])),
    added: changed.flatMap(({ before, added }) =>
      added
        ? [
            recorded(insertAnySecret(db, added.row), event('secret_added', before, { secretId: added.row.id }), [
              before.id,
            ]),
          ]
        : [],
    ),
  })
  const lost = [...inserted, ...updated].some((rows) => rows.length === 0)
  if (lost) throw new Error('clients were changed at the same time: import the file again')
  return items
}

const shownSecret = (text: string | undefined, { clientSecret }: ImportedClient) =>
  text === undefined || clientSecret !== undefined ? {} : { clientSecret: text }

const withoutSecret = ({ clientSecret: _, ...item }: ImportedRow): ImportedRow => item

/** The row, or what is wrong with its form: the field and the expected value, never the value. */
function readRow(given: unknown): { client: ImportedClient } | { errors: Errors } {
  if (!Value.Check(ImportedClient, given)) {
    const found = [...Value.Errors(ImportedClient, given)].slice(0, MAX_ERRORS)
    return { errors: found.map((error) => ({ path: error.path.slice(0, 100) || '/', message: expectation(error) })) }
  }
  if (!isStorable(JSON.stringify(given)) || JSON.stringify(given).includes('\\u0000'))
    return { errors: [{ path: '/', message: 'U+0000 and lone surrogates are not accepted' }] }
  return { client: given }
}

type Known = Awaited<ReturnType<typeof readKnown>>

/** What the rows are compared with. Five round trips at once. */
async function readKnown({ db }: Pick<Deps, 'db'>, given: readonly ImportedClient[]) {
  const names = given.flatMap(({ clientId, name }) => (clientId === undefined ? [name] : []))
  const named = names.length === 0 ? [] : await clientsByNames(db, names)
  const ids = [...given.flatMap(({ clientId }) => clientId ?? []), ...named.map(({ id }) => id)]
  const [clients, secrets, orgs, accounts] = await Promise.all([
    clientsByIds(db, ids),
    secretsOfClients(db, ids),
    openOrgs(
      db,
      given.flatMap(({ orgId }) => orgId ?? []),
    ),
    orgsOfAccounts(
      db,
      given.flatMap(({ serviceAccountId }) => serviceAccountId ?? []),
    ),
  ])
  return {
    client: (id: string) => clients.find((client) => client.id === id),
    secrets: (id: string) => secrets.filter(({ clientId }) => clientId === id),
    idOf: ({ name, orgId = null }: Pick<ImportedClient, 'name'> & { orgId?: string | null }) =>
      named.find((client) => client.name === name && client.orgId === orgId)?.id,
    hasOrg: (id: string) => orgs.some((org) => org.id === id),
    account: (id: string) => accounts.find((account) => account.id === id),
  }
}

function refusalsOf(client: ImportedClient, before: NewClient | undefined, known: Known): RowError[] {
  const { orgId = null, serviceAccountId = null, clientSecret } = client
  const errors: RowError[] = []
  const refuse = (path: string, message: string) => errors.push({ path, message })
  if (orgId !== null && !known.hasOrg(orgId)) refuse('/orgId', 'Expected an organisation that exists')
  const account = serviceAccountId === null ? undefined : known.account(serviceAccountId)
  if (serviceAccountId !== null && account?.orgId !== orgId)
    refuse('/serviceAccountId', 'Expected a service account of the same organisation')
  if (before !== undefined && before.source !== 'administrator')
    refuse('/clientId', 'Expected the id of a client that did not register itself')
  if (before !== undefined && before.orgId !== orgId) refuse('/orgId', 'Expected the organisation of the client')
  if (clientSecret !== undefined && !usesSecret(termsOf(client)))
    refuse('/clientSecret', 'Expected none, because the client authenticates without a secret')
  return errors
}

/** What differs from the client that is stored. Throws `request.invalid`. */
async function changeOf(
  deps: ImportDeps,
  client: ImportedClient,
  before: NewClient,
  secrets: readonly NewSecret[],
): Promise<Change> {
  const terms: ClientTerms = termsOf(client)
  const judgement = { trusted: true, privateTargets: deps.config.privateTargets }
  const sector = await sectorOf(deps, terms, { uri: client.sectorIdentifierUri, before, asking: null })
  const faults: Fault[] = [...faultsOf(terms, judgement), ...('expected' in sector ? [sector] : [])]
  if (faults.length > 0 || 'expected' in sector) throw new Problem('request.invalid', { errors: errorsOf(faults) })
  const wanted: ClientChanges = {
    ...columnsOf(terms),
    sector: sector.sector,
    firstParty: client.firstParty === true,
    status: client.status ?? before.status,
  }
  const differs = (Object.keys(wanted) as (keyof ClientChanges)[]).filter(
    (column) => JSON.stringify(wanted[column]) !== JSON.stringify(before[column]),
  )
  const changes = differs.length === 0 ? undefined : Object.fromEntries(differs.map((name) => [name, wanted[name]]))
  return { before, changes, sector: sector.sector, ...(await secretChange(deps, client, terms, before.id, secrets)) }
}

async function secretChange(
  deps: ImportDeps,
  { clientSecret }: ImportedClient,
  terms: ClientTerms,
  id: string,
  secrets: readonly NewSecret[],
): Promise<Pick<Change, 'added' | 'dropped'>> {
  const now = deps.clock.now()
  const living = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  if (!usesSecret(terms)) return { added: undefined, dropped: secrets.map((one) => one.id) }
  if (clientSecret === undefined ? living.length > 0 : await findSecret(deps, { id, secrets }, clientSecret))
    return { added: undefined, dropped: [] }
  const text = clientSecret ?? newSecret(deps)
  const kept = living.slice(1 - MAX_SECRETS)
  return {
    added: { row: await newSecretRow(deps, id, text, null), text },
    dropped: secrets.filter((one) => !kept.includes(one)).map((one) => one.id),
  }
}
