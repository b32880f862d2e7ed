import { and, asc, eq, isNotNull, lte, ne, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, organisations, orgDomains, orgMemberRoles } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'

export type DomainRow = typeof orgDomains.$inferSelect

/** The most domains of an organisation. */
export const MAX_DOMAINS = 50
/** The owners who get the mail about a lost domain. */
const MAX_OWNERS = 10

/** Index org_domains_org. */
export const domainsOf = (db: Database, orgId: string) =>
  db.select().from(orgDomains).where(eq(orgDomains.orgId, orgId)).orderBy(asc(orgDomains.domain)).limit(MAX_DOMAINS)

const named = (orgId: string, id: string) => and(eq(orgDomains.id, id), eq(orgDomains.orgId, orgId))

/** A domain of this organisation. Primary key. */
export const domainById = (db: Database, orgId: string, id: string) =>
  db.select().from(orgDomains).where(named(orgId, id)).limit(1)

/** The use of an idempotency key, and its domain, which is null if it was deleted. Primary keys. */
export const domainOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, domain: orgDomains })
    .from(idempotencyKeys)
    .leftJoin(orgDomains, eq(orgDomains.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/**
 * Inserts nothing if the organisation has 50 domains or was deleted. Breaks the UNIQUE constraint `org_domains.org_id` if
 * it has this one. Index org_domains_org.
 */
export const insertDomain = (db: Database, row: DomainRow) =>
  db
    .insert(orgDomains)
    .select(
      sql`${selectRow(orgDomains, row)} WHERE (SELECT count(*) FROM ${orgDomains} AS other WHERE other.org_id = ${row.orgId}) < ${MAX_DOMAINS}
        AND EXISTS (SELECT 1 FROM ${organisations} AS here WHERE here.id = ${row.orgId} AND here.deleted_at IS NULL)`,
    )
    .returning()

/** Changes nothing if the value is already set. Primary key. */
export const setAutoJoin = (db: Database, orgId: string, id: string, autoJoin: boolean) =>
  db
    .update(orgDomains)
    .set({ autoJoin })
    .where(and(named(orgId, id), ne(orgDomains.autoJoin, autoJoin)))
    .returning({ id: orgDomains.id })

/**
 * Marks the domain as proved by this challenge. Breaks the UNIQUE constraint `org_domains.domain` if another organisation
 * has proved it. Primary key, index org_domains_proved.
 */
export const markProved = (db: Database, { orgId, id, challenge }: DomainRow, now: number) =>
  db
    .update(orgDomains)
    .set({ verifiedAt: sql`coalesce(${orgDomains.verifiedAt}, ${now})`, checkedAt: now, missedChecks: 0 })
    .where(and(named(orgId, id), eq(orgDomains.challenge, challenge)))
    .returning()

/** Primary key. */
export const deleteDomain = (db: Database, orgId: string, id: string) =>
  db.delete(orgDomains).where(named(orgId, id)).returning({ id: orgDomains.id })

/** Proved domains whose last check was before `before`, the oldest first, with their owners. Index org_domains_checked. */
export const dueDomains = (db: Database, before: number, limit: number) =>
  db
    .select({
      row: orgDomains,
      orgName: organisations.name,
      owners: sql<
        string[]
      >`(SELECT json_group_array(user_id) FROM (SELECT owning.user_id FROM ${orgMemberRoles} AS owning WHERE owning.org_id = org_domains.org_id AND owning.role = 'owner' LIMIT ${MAX_OWNERS}))`
        .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
        .as('owners'),
    })
    .from(orgDomains)
    .innerJoin(organisations, eq(organisations.id, orgDomains.orgId))
    .where(and(isNotNull(orgDomains.verifiedAt), lte(orgDomains.checkedAt, before)))
    .orderBy(asc(orgDomains.checkedAt))
    .limit(limit)

/** The domain as it was when the check began: a proof meanwhile counts more than the check. */
const unchanged = ({ id, verifiedAt, checkedAt, missedChecks }: DomainRow): SQL =>
  sql`id = ${id} AND verified_at = ${verifiedAt} AND checked_at = ${checkedAt} AND missed_checks = ${missedChecks}`

/** Notes a weekly check. Primary key. */
export const noteCheck = (db: Database, row: DomainRow, missedChecks: number, now: number) =>
  db.update(orgDomains).set({ checkedAt: now, missedChecks }).where(unchanged(row))

/** Ends the proof of a domain. Primary key. */
export const endProof = (db: Database, row: DomainRow, now: number) =>
  db
    .update(orgDomains)
    .set({ verifiedAt: null, checkedAt: now, missedChecks: 0 })
    .where(unchanged(row))
    .returning({ id: orgDomains.id })
