/** Rules. `orgId` null: those of the instance. */
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, policies } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { type Authority, inScope, listed } from '../../core/authz/authority-queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { MAX_POLICIES } from '../../core/authz/scope-queries.ts'

export type PolicyRow = typeof policies.$inferSelect

/** By name. Index policies_instance or policies_org. */
export const policiesOf = (db: Database, orgId: string | null) =>
  db
    .select()
    .from(policies)
    .where(orgId === null ? isNull(policies.orgId) : eq(policies.orgId, orgId))
    .orderBy(asc(policies.name))
    .limit(MAX_POLICIES)

/** Primary key. */
export const policyById = (db: Database, id: string) => db.select().from(policies).where(eq(policies.id, id)).limit(1)

/** The rule of the request with this key. Primary keys. */
export const policyOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, policy: policies })
    .from(idempotencyKeys)
    .leftJoin(policies, eq(policies.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Inserts nothing at the limit, or if a condition fails. Breaks a UNIQUE constraint if the name is taken. Index policies_instance or policies_org. */
export const insertPolicy = (db: Database, row: PolicyRow, only: readonly (SQL | undefined)[]) =>
  db
    .insert(policies)
    .select(
      sql`${selectRow(policies, row)} WHERE ${and(
        sql`(SELECT count(*) FROM ${policies} AS counted WHERE ${inScope('counted', row.orgId)}) < ${MAX_POLICIES}`,
        ...only,
      )}`,
    )
    .returning({ id: policies.id })

/** Nothing changes unless the caller has every permission that the rule is about now. */
const isWithin = ({ permissions }: Authority): SQL | undefined =>
  permissions === null
    ? undefined
    : sql`NOT EXISTS (SELECT 1 FROM json_each(policies.permissions) AS ruled WHERE ruled.value NOT IN ${listed(permissions)})`

export type PolicyChanges = Partial<Pick<PolicyRow, 'name' | 'effect' | 'permissions' | 'resourceType' | 'condition'>>

/** Changes the version that was read, if the conditions hold. Primary key. */
export const updatePolicy = (
  db: Database,
  { id, version }: Pick<PolicyRow, 'id' | 'version'>,
  changes: PolicyChanges,
  now: number,
  { authority, only }: { authority: Authority; only: readonly (SQL | undefined)[] },
) =>
  db
    .update(policies)
    .set({ ...changes, version: version + 1, updatedAt: now })
    .where(and(eq(policies.id, id), eq(policies.version, version), isWithin(authority), ...only))
    .returning({ id: policies.id })

/** Primary key. */
export const deletePolicy = (db: Database, id: string, authority: Authority) =>
  db
    .delete(policies)
    .where(and(eq(policies.id, id), isWithin(authority)))
    .returning({ id: policies.id })
