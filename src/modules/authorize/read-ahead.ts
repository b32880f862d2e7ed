import type { BatchItem } from 'drizzle-orm/batch'
import { readTogether } from '../../../db/statements.ts'
import type { Deps } from '../../deps.ts'
import { brandingOfClient, type PublishedBranding } from '../branding/queries.ts'
import { type Grant, grantQuery } from '../grants/queries.ts'
import { clientRow } from '../oauth-clients/find-queries.ts'
import { resourceRow } from '../resources/find-queries.ts'

export interface Ahead {
  /** What the person has allowed the client; undefined: nothing. */
  grant: Grant | undefined
  /** What the organisation of the client publishes, if the page will show it. */
  branding?: PublishedBranding | undefined
}

/** RFC 8707: more resources than this are read one by one. */
const MAX_AHEAD = 5

interface Wanted {
  userId: string | undefined
  clientId: string
  resources: readonly string[]
  /** Whether a page shows the client. */
  shows?: boolean
}

/**
 * Reads in one round trip what an authorization request needs: the grant of the person, and the client and the resources
 * that are not in memory. They are in memory afterwards, so `findClient` and `findResource` make no further trip. A client
 * with a metadata document is read by `findClient`.
 */
export async function readAhead(
  { config, db, principals }: Pick<Deps, 'config' | 'db' | 'principals'>,
  { userId, clientId, resources, shows = false }: Wanted,
): Promise<Ahead> {
  const asksClient = clientId.startsWith('cli_') && principals.record('client', clientId) === undefined
  const unknown = resources
    .slice(0, MAX_AHEAD)
    .filter((audience) => audience !== config.appUrl && principals.record('resource', audience) === undefined)
  const statements: BatchItem<'sqlite'>[] = [
    ...(userId === undefined ? [] : [grantQuery(db, { userId, clientId })]),
    ...(asksClient ? [clientRow(db, clientId)] : []),
    ...unknown.map((audience) => resourceRow(db, audience)),
    ...(shows && clientId.startsWith('cli_') ? [brandingOfClient(db, clientId)] : []),
  ]
  const [first, ...others] = statements
  if (first === undefined) return { grant: undefined }
  const read = readTogether(db, [first, ...others]) as Promise<unknown> as Promise<unknown[][]> // each returns rows
  const clientAt = userId === undefined ? 0 : 1
  const resourcesAt = clientAt + (asksClient ? 1 : 0)
  const rowAt = async (at: number) => (await read)[at]?.[0]
  const brandingAt = resourcesAt + unknown.length
  const [grant, branding] = await Promise.all([
    userId === undefined ? undefined : rowAt(0),
    rowAt(brandingAt),
    asksClient ? principals.loadRecord('client', clientId, () => rowAt(clientAt)) : undefined,
    ...unknown.map((audience, index) => principals.loadRecord('resource', audience, () => rowAt(resourcesAt + index))),
  ])
  // The statement of the grant is the first one, and that of the branding the last.
  return { grant: grant as Grant | undefined, branding: branding as PublishedBranding | undefined }
}
