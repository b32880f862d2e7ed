import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { organisations, resources } from '../../../db/tables/index.ts'

/** A resource by its audience, unless its organisation was deleted. Index resources_audience, primary key of organisations. */
export const resourceRow = (db: Database, audience: string) =>
  db
    .select({
      audience: resources.audience,
      name: resources.name,
      orgId: resources.orgId,
      scopes: resources.scopes,
      detailTypes: resources.detailTypes,
      accessTtlSeconds: resources.accessTtlSeconds,
    })
    .from(resources)
    .where(
      and(
        eq(resources.audience, audience),
        sql`(${resources.orgId} IS NULL OR EXISTS (SELECT 1 FROM ${organisations} AS open WHERE open.id = resources.org_id AND open.deleted_at IS NULL))`,
      ),
    )
    .limit(1)
