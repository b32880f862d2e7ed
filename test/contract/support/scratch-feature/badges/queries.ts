import { desc, eq, lt, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { badges } from '../../../db/tables/index.ts'

export type NewBadge = Pick<typeof badges.$inferSelect, 'id' | 'userId' | 'title' | 'createdAt'>

/** Unless the user has `most` already. Index badges_user. */
export const insertBadge = (db: Database, { id, userId, title, createdAt }: NewBadge, most: number) =>
  db
    .insert(badges)
    .select(
      sql`SELECT ${id}, ${userId}, ${title}, ${createdAt}, NULL
        WHERE (SELECT count(*) FROM ${badges} WHERE user_id = ${userId}) < ${most}`,
    )
    .returning({ id: badges.id })

/** Newest first. Primary key. */
export const newestBadges = (db: Database, limit: number) =>
  db
    .select({ id: badges.id, userId: badges.userId, title: badges.title })
    .from(badges)
    .orderBy(desc(badges.id))
    .limit(limit)

/** Primary key. */
export const engrave = (db: Database, id: string, now: number) =>
  db.update(badges).set({ engravedAt: now }).where(eq(badges.id, id))

/** Index badges_created. */
export const deleteOldBadges = (db: Database, before: number, limit: number) =>
  db
    .delete(badges)
    .where(
      sql`${badges.id} IN ${db.select({ id: badges.id }).from(badges).where(lt(badges.createdAt, before)).limit(limit)}`,
    )
