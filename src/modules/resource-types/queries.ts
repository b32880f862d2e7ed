import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, policies, resourceTypes } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'

export const MAX_RESOURCE_TYPES = 200
/** The most rules of one type that one change of its attributes checks again. */
export const MAX_CHECKED = 1_000

export type ResourceTypeRow = typeof resourceTypes.$inferSelect

/** Scan in the order of the primary key, ≤ 200 rows. */
export const allResourceTypes = (db: Database) =>
  db.select().from(resourceTypes).orderBy(asc(resourceTypes.name)).limit(MAX_RESOURCE_TYPES)

/** Primary key. */
export const resourceTypeByName = (db: Database, name: string) =>
  db.select().from(resourceTypes).where(eq(resourceTypes.name, name)).limit(1)

/** The resource type of the request with this key. Primary keys. */
export const resourceTypeOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, type: resourceTypes })
    .from(idempotencyKeys)
    .leftJoin(resourceTypes, eq(resourceTypes.name, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Inserts nothing at the limit. Breaks the UNIQUE constraint `resource_types.name`. Scan of the primary key, ≤ 200 rows. */
export const insertResourceType = (db: Database, row: ResourceTypeRow) =>
  db
    .insert(resourceTypes)
    .select(sql`${selectRow(resourceTypes, row)} WHERE (SELECT count(*) FROM ${resourceTypes}) < ${MAX_RESOURCE_TYPES}`)
    .returning({ name: resourceTypes.name })

/** The rules of a type, in every scope. Index policies_resource_type. */
export const rulesOfType = (db: Database, name: string, limit: number) =>
  db
    .select({ id: policies.id, version: policies.version, condition: policies.condition })
    .from(policies)
    .where(eq(policies.resourceType, name))
    .orderBy(asc(policies.id))
    .limit(limit)

/** True if every rule of the type is one of these, in this version. Index policies_resource_type. */
export const onlyTheseRules = (name: string, rules: readonly { id: string; version: number }[]): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${policies} AS ruled WHERE ruled.resource_type = ${name} AND ruled.id || ' ' || ruled.version NOT IN ${listed(rules.map(({ id, version }) => `${id} ${version}`))})`

/** True while the type has exactly these attributes. Primary key. */
export const stillDeclares = ({ name, attributes }: Pick<ResourceTypeRow, 'name' | 'attributes'>): SQL =>
  sql`EXISTS (SELECT 1 FROM ${resourceTypes} AS declared WHERE declared.name = ${name} AND declared.attributes = ${JSON.stringify(attributes)})`

/** A row if this condition about a type (`stillDeclares`) is true. */
export const resourceTypeIf = (db: Database, condition: SQL) =>
  db
    .select({ declared: sql<number>`1`.as('declared') })
    .from(sql`(SELECT 1)`)
    .where(condition)

/** Replaces the attributes if the type still has those that were read. Primary key. */
export const updateAttributes = (
  db: Database,
  read: ResourceTypeRow,
  attributes: Record<string, string>,
  now: number,
  condition: SQL | undefined,
) =>
  db
    .update(resourceTypes)
    .set({ attributes, updatedAt: now })
    .where(
      and(
        eq(resourceTypes.name, read.name),
        sql`resource_types.attributes = ${JSON.stringify(read.attributes)}`,
        condition,
      ),
    )
    .returning({ name: resourceTypes.name })

/** Deletes nothing while a rule has the type. Primary key, index policies_resource_type. */
export const deleteResourceType = (db: Database, name: string) =>
  db
    .delete(resourceTypes)
    .where(and(eq(resourceTypes.name, name), onlyTheseRules(name, [])))
    .returning({ name: resourceTypes.name })
