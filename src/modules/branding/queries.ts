import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { organisations } from '../../../db/tables/index.ts'
import type { StoredSettings } from '../../core/authz/org-settings.ts'

type Branding = NonNullable<StoredSettings['branding']>

/** What the organisation with this slug publishes, and nothing else of it. Index organisations_slug. */
export const brandingBySlug = (db: Database, slug: string) =>
  db
    .select({
      slug: organisations.slug,
      branding: sql<Branding | null>`json_extract(${organisations.settings}, '$.branding')`.mapWith(parsed),
    })
    .from(organisations)
    .where(and(eq(organisations.slug, slug), isNull(organisations.deletedAt)))
    .limit(1)

const parsed = (text: string | null): Branding | null => (text === null ? null : (JSON.parse(text) as Branding)) // as `updateOrg` wrote it
