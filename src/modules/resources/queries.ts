import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, orgDomains, resources } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import type { Reach } from '../../core/authz/scope.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'

/** Maximum number of resources of an organisation, and of the instance. */
const MAX_RESOURCES = 500

export type ResourceRow = typeof resources.$inferSelect

/** Primary key. */
export const resourceById = (db: Database, id: string) =>
  db.select().from(resources).where(eq(resources.id, id)).limit(1)

/** Index resources_audience. */
export const resourceByAudience = (db: Database, audience: string) =>
  db.select().from(resources).where(eq(resources.audience, audience)).limit(1)

/** The use of an idempotency key, and the current state of its resource, null if it was deleted. Primary keys. */
export const resourceOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, resource: resources })
    .from(idempotencyKeys)
    .leftJoin(resources, eq(resources.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Those of an organisation (null: of the instance), newest first. Index resources_org. */
export const listResources = (db: Database, orgId: string | null, before: string | undefined, limit: number) =>
  db
    .select()
    .from(resources)
    .where(and(sql`${resources.orgId} IS ${orgId}`, before === undefined ? undefined : lt(resources.id, before)))
    .orderBy(desc(resources.id))
    .limit(limit)

/** Those of every organisation and of the instance, newest first. Primary key. */
export const listEveryResource = (db: Database, before: string | undefined, limit: number) =>
  db
    .select()
    .from(resources)
    .where(before === undefined ? undefined : lt(resources.id, before))
    .orderBy(desc(resources.id))
    .limit(limit)

/**
 * Inserts the resource if `condition` holds and there are fewer than the maximum. Breaks the UNIQUE constraint
 * `resources.audience` if the audience is taken. Index resources_org.
 */
export const insertResource = (db: Database, resource: ResourceRow, condition: SQL) =>
  db
    .insert(resources)
    .select(
      sql`${selectRow(resources, resource)} WHERE ${condition}
        AND (SELECT count(*) FROM ${resources} AS other WHERE other.org_id IS ${resource.orgId}) < ${MAX_RESOURCES}`,
    )
    .returning({ id: resources.id })

/**
 * The domain by which the organisation has proved this host: the host itself, or one above it (`modules/domains`). Index
 * org_domains_org.
 */
export const provedDomain = (db: Database, orgId: string, host: string) =>
  db.select({ domain: orgDomains.domain }).from(orgDomains).where(proves(orgId, host)).limit(1)

const proves = (orgId: string, host: string): SQL =>
  sql`org_domains.org_id = ${orgId} AND org_domains.verified_at IS NOT NULL
    AND (org_domains.domain = ${host} OR substr(${host}, -length(org_domains.domain) - 1) = '.' || org_domains.domain)`

/** True if `provedDomain` finds one. */
export const hasProved = (orgId: string, host: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${orgDomains} WHERE ${proves(orgId, host)})`

export type ResourceChanges = Partial<Pick<ResourceRow, 'name' | 'scopes' | 'detailTypes' | 'accessTtlSeconds'>>

/** Changes the version that was read. Primary key. */
export const updateResource = (
  db: Database,
  { id, version }: Pick<ResourceRow, 'id' | 'version'>,
  changes: ResourceChanges,
  now: number,
) =>
  db
    .update(resources)
    .set({ ...changes, updatedAt: now, version: version + 1 })
    .where(and(eq(resources.id, id), eq(resources.version, version)))
    .returning({ id: resources.id })

const within = ({ everywhere, orgIds }: Reach): SQL =>
  everywhere ? sql`1` : sql`${resources.orgId} IN ${listed(orgIds)}`

/** Primary key. */
export const deleteResource = (db: Database, id: string, reach: Reach) =>
  db
    .delete(resources)
    .where(and(eq(resources.id, id), within(reach)))
    .returning({ id: resources.id })
