import { eq } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { resources } from '../../../db/tables/index.ts'

/** A resource by its audience. Index resources_audience. */
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
    .where(eq(resources.audience, audience))
    .limit(1)
