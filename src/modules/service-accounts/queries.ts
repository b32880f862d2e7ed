import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, serviceAccountRoles, serviceAccounts } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import type { Reach } from '../../core/authz/scope.ts'

/** Maximum number of service accounts of an organisation, and of the instance. */
export const MAX_ACCOUNTS = 500

const accountColumns = {
  id: serviceAccounts.id,
  orgId: serviceAccounts.orgId,
  name: serviceAccounts.name,
  description: serviceAccounts.description,
  status: serviceAccounts.status,
  roles: sql<
    string[]
  >`(SELECT json_group_array(role) FROM (SELECT role FROM ${serviceAccountRoles} AS held WHERE held.service_account_id = service_accounts.id ORDER BY role))`
    .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
    .as('roles'),
  version: serviceAccounts.version,
  createdAt: serviceAccounts.createdAt,
  updatedAt: serviceAccounts.updatedAt,
}

/** Primary keys. */
export const accountById = (db: Database, id: string) =>
  db.select(accountColumns).from(serviceAccounts).where(eq(serviceAccounts.id, id)).limit(1)

/** The use of an idempotency key, and the current state of its service account, null if it was deleted. Primary keys. */
export const accountOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, account: accountColumns })
    .from(idempotencyKeys)
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Those of an organisation (null: of the instance), newest first. Index service_accounts_org. */
export const listAccounts = (db: Database, orgId: string | null, before: string | undefined, limit: number) =>
  db
    .select(accountColumns)
    .from(serviceAccounts)
    .where(
      and(sql`${serviceAccounts.orgId} IS ${orgId}`, before === undefined ? undefined : lt(serviceAccounts.id, before)),
    )
    .orderBy(desc(serviceAccounts.id))
    .limit(limit)

/** Those of every organisation and of the instance, newest first. Primary key. */
export const listEveryAccount = (db: Database, before: string | undefined, limit: number) =>
  db
    .select(accountColumns)
    .from(serviceAccounts)
    .where(before === undefined ? undefined : lt(serviceAccounts.id, before))
    .orderBy(desc(serviceAccounts.id))
    .limit(limit)

/** Inserts the account if `condition` holds and there are fewer than the maximum. Index service_accounts_org. */
export const insertAccount = (db: Database, account: typeof serviceAccounts.$inferSelect, condition: SQL) =>
  db
    .insert(serviceAccounts)
    .select(
      sql`${selectRow(serviceAccounts, account)} WHERE ${condition}
        AND (SELECT count(*) FROM ${serviceAccounts} AS other WHERE other.org_id IS ${account.orgId}) < ${MAX_ACCOUNTS}`,
    )
    .returning({ id: serviceAccounts.id })

/** Gives the roles, if the event was written. Primary key. */
export const insertAccountRoles = (db: Database, id: string, roles: readonly string[], event: NewEvent) =>
  db
    .insert(serviceAccountRoles)
    .select(
      sql`${selectRow(serviceAccountRoles, { serviceAccountId: id, role: sql`value` })} FROM json_each(${JSON.stringify(roles)}) WHERE ${happened(event)}`,
    )
    .onConflictDoNothing()

/** Primary key. */
export const removeAccountRolesExcept = (db: Database, id: string, roles: readonly string[], event: NewEvent) =>
  db
    .delete(serviceAccountRoles)
    .where(
      and(
        eq(serviceAccountRoles.serviceAccountId, id),
        sql`${serviceAccountRoles.role} NOT IN ${listed(roles)}`,
        happened(event),
      ),
    )

const within = ({ everywhere, orgIds }: Reach): SQL =>
  everywhere ? sql`1` : sql`${serviceAccounts.orgId} IN ${listed(orgIds)}`

export interface AccountChanges {
  name?: string | undefined
  description?: string | undefined
  status?: 'active' | 'disabled' | undefined
}

/** Changes the account if its version is one of `versions` and `condition` holds. Primary key. */
export const updateAccount = (
  db: Database,
  id: string,
  { name, description, status }: AccountChanges,
  { versions, condition, now }: { versions: readonly number[] | undefined; condition: SQL; now: number },
) =>
  db
    .update(serviceAccounts)
    .set({
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(status === undefined ? {} : { status }),
      updatedAt: now,
      version: sql`${serviceAccounts.version} + 1`,
    })
    .where(
      and(
        eq(serviceAccounts.id, id),
        versions === undefined ? undefined : sql`${serviceAccounts.version} IN ${listed(versions)}`,
        condition,
      ),
    )
    .returning({ id: serviceAccounts.id })

/** Deletes the account and with it its roles and its keys. Primary key. */
export const deleteAccount = (db: Database, id: string, reach: Reach) =>
  db
    .delete(serviceAccounts)
    .where(and(eq(serviceAccounts.id, id), within(reach)))
    .returning({ orgId: serviceAccounts.orgId })
