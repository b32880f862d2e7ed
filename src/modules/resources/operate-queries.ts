import { and, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { organisations, resources } from '../../../db/tables/index.ts'
import { listed } from '../../core/authz/authority-queries.ts'

/** Index resources_audience. */
export const resourcesByAudiences = (db: Database, audiences: readonly string[]) =>
  db
    .select()
    .from(resources)
    .where(sql`${resources.audience} IN ${listed(audiences)}`)

/** Primary key. */
export const openOrgIds = (db: Database, ids: readonly string[]) =>
  db
    .select({ id: organisations.id })
    .from(organisations)
    .where(and(sql`${organisations.id} IN ${listed(ids)}`, sql`${organisations.deletedAt} IS NULL`))
