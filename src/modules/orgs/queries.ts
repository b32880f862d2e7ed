import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys, organisations, orgMemberRoles, orgMembers } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import type { UpdateOrgSettings } from '../../core/authz/org-settings.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { mayJoin, mayOwnOneMore } from '../members/join-queries.ts'
import { rolesOfMember } from '../members/queries.ts'

export type OrgRow = typeof organisations.$inferSelect

/** Primary key. */
export const orgById = (db: Database, id: string) =>
  db.select().from(organisations).where(eq(organisations.id, id)).limit(1)

/**
 * The use of an idempotency key, and the current state of its organisation, which is null if it was deleted. Primary
 * keys.
 */
export const orgOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, org: organisations })
    .from(idempotencyKeys)
    .leftJoin(
      organisations,
      and(eq(organisations.id, idempotencyKeys.subjectId), sql`${organisations.deletedAt} IS NULL`),
    )
    .where(isKey(key))
    .limit(1)

/** True if the person can own one more organisation. Index org_member_roles_user. */
export const mayOwn = (userId: string): SQL => sql`(${mayOwnOneMore(userId)} AND ${mayJoin(userId)})`

/** A slug that was derived: with `suffix` if another organisation has it. Index organisations_slug. */
export const freeSlug = (slug: string, suffix: string): SQL =>
  sql`CASE WHEN EXISTS (SELECT 1 FROM ${organisations} AS other WHERE other.slug = ${slug}) THEN ${`${slug}-${suffix}`} ELSE ${slug} END`

/** Inserts nothing if `when` is false. Breaks the UNIQUE constraint `organisations.slug` if the slug is taken. */
export const insertOrg = (db: Database, { slug, ...org }: Omit<OrgRow, 'slug'> & { slug: string | SQL }, when: SQL) =>
  db
    .insert(organisations)
    .select(sql`${selectRow(organisations, { ...org, slug: sql`${slug}` })} WHERE ${when}`)
    .returning()

/**
 * The organisations of a person by id, with the roles there. A deleted one is shown to its owners alone. Index
 * org_members_user, primary keys.
 */
export const orgsOfUser = (db: Database, userId: string, after: string, limit: number) =>
  db
    .select({
      id: organisations.id,
      org: organisations,
      roles: rolesOfMember(),
    })
    .from(orgMembers)
    .innerJoin(organisations, eq(organisations.id, orgMembers.orgId))
    .where(
      and(
        eq(orgMembers.userId, userId),
        sql`${orgMembers.orgId} > ${after}`,
        sql`(${organisations.deletedAt} IS NULL OR EXISTS (SELECT 1 FROM ${orgMemberRoles} AS mine WHERE mine.org_id = ${organisations.id} AND mine.user_id = ${userId} AND mine.role = 'owner'))`,
      ),
    )
    .orderBy(orgMembers.orgId)
    .limit(limit)

export interface OrgChanges {
  name?: string | undefined
  slug?: string | undefined
  settings?: UpdateOrgSettings | undefined
}

/**
 * Changes one row and its version, if it was not deleted and no condition fails. A setting that is null gets its
 * default. Breaks the UNIQUE constraint `organisations.slug`. Primary key.
 */
export const updateOrg = (
  db: Database,
  id: string,
  { name, slug, settings }: OrgChanges,
  { versions, now }: { versions: readonly number[] | undefined; now: number },
) =>
  db
    .update(organisations)
    .set({
      ...(name === undefined ? {} : { name }),
      ...(slug === undefined ? {} : { slug }),
      ...(settings === undefined
        ? {}
        : { settings: sql`json_patch(${organisations.settings}, ${JSON.stringify(settings)})` }),
      version: sql`${organisations.version} + 1`,
      updatedAt: now,
    })
    .where(
      and(
        eq(organisations.id, id),
        sql`${organisations.deletedAt} IS NULL`,
        versions === undefined ? undefined : inArray(organisations.version, [...versions]),
      ),
    )
    .returning()

/** Begins the grace period. Changes nothing if it has begun. Primary key. */
export const markOrgDeleted = (db: Database, id: string, now: number) =>
  db
    .update(organisations)
    .set({ deletedAt: now, updatedAt: now, version: sql`${organisations.version} + 1` })
    .where(and(eq(organisations.id, id), sql`${organisations.deletedAt} IS NULL`))
    .returning({ id: organisations.id })

/** Ends the grace period of an organisation that was deleted after `since` and has an owner. Primary key, org_member_roles_role. */
export const unmarkOrgDeleted = (db: Database, id: string, { since, now }: { since: number; now: number }) =>
  db
    .update(organisations)
    .set({ deletedAt: null, updatedAt: now, version: sql`${organisations.version} + 1` })
    .where(
      and(
        eq(organisations.id, id),
        sql`${organisations.deletedAt} > ${since}`,
        sql`EXISTS (SELECT 1 FROM ${orgMemberRoles} AS own WHERE own.org_id = ${id} AND own.role = 'owner')`,
      ),
    )
    .returning()

export interface FoundOrg {
  /** 0: the slug begins with the text. 1: only the name does. */
  part: number
  key: string
}

/** All organisations, newest first. Primary key. */
export const newestOrgs = (db: Database, before: string | undefined, limit: number) =>
  db
    .select()
    .from(organisations)
    .where(before === undefined ? undefined : sql`${organisations.id} < ${before}`)
    .orderBy(sql`${organisations.id} DESC`)
    .limit(limit)

/**
 * The organisations whose slug begins with `q`, by slug; then those of which only the name does, by name. Case does not
 * matter for A to Z. Indexes organisations_slug, organisations_name. The second part skips the rows of the first one,
 * so run it with `longReads`.
 */
export const orgsBeginningWith = (
  db: Database,
  q: string,
  { after, limit }: { after: (FoundOrg & { id: string }) | undefined; limit: number },
) => {
  const slug = q.toLowerCase()
  const inNames = after?.part === 1
  const afterName = inNames ? sql`(name, id) > (${after.key} COLLATE NOCASE, ${after.id})` : sql`1`
  const afterSlug = after === undefined ? sql`1` : sql`slug > ${after.key}`
  const found = sql`(WITH slugs AS MATERIALIZED (
      SELECT id, 0 AS part, slug AS key FROM ${organisations} WHERE slug >= ${slug} AND slug < ${`${slug}\u{10ffff}`} AND ${inNames ? sql`0` : afterSlug} ORDER BY slug LIMIT ${limit}),
    names AS MATERIALIZED (
      SELECT id, 1 AS part, name AS key FROM ${organisations} WHERE name >= ${q} COLLATE NOCASE AND name < ${`${q}\u{10ffff}`} COLLATE NOCASE AND ${afterName}
        AND NOT (+slug >= ${slug} AND +slug < ${`${slug}\u{10ffff}`}) ORDER BY name COLLATE NOCASE, id LIMIT iif((SELECT count(*) FROM slugs) < ${limit}, ${limit}, 0))
    SELECT id, part, key FROM slugs UNION ALL SELECT id, part, key FROM names) AS found`
  return db
    .select({
      id: organisations.id,
      org: organisations,
      part: sql<number>`found.part`.as('part'),
      key: sql<string>`found.key`.as('key'),
    })
    .from(found)
    .innerJoin(organisations, sql`${organisations.id} = found.id`)
    .orderBy(sql`found.part`, sql`found.key COLLATE NOCASE`, organisations.id)
    .limit(limit)
}

/** Index organisations_slug. */
export const orgBySlug = (db: Database, slug: string) =>
  db.select().from(organisations).where(eq(organisations.slug, slug)).limit(1)
