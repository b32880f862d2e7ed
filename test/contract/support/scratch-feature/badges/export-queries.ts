import { sql } from 'drizzle-orm'
import { badges } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'

/** Index badges_user. */
export const badgeRows: SectionRows = (userId, after, limit) =>
  sql`SELECT id AS "key", json_object('title', title, 'createdAt', created_at, 'engravedAt', engraved_at) AS item
      FROM ${badges} WHERE user_id = ${userId} AND id > ${after} ORDER BY id LIMIT ${limit}`
