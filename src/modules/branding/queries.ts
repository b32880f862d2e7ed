import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { oauthClients, organisations } from '../../../db/tables/index.ts'
import type { StoredSettings } from '../../core/authz/org-settings.ts'

type Branding = NonNullable<StoredSettings['branding']>

function parsed(text: string | null): Branding | null {
  return text === null ? null : (JSON.parse(text) as Branding) // as `updateOrg` wrote it
}

const published = {
  slug: organisations.slug,
  name: organisations.name,
  branding: sql<Branding | null>`json_extract(${organisations.settings}, '$.branding')`.mapWith(parsed),
}

/** What the organisation with this slug publishes, and its name. Index organisations_slug. */
export const brandingBySlug = (db: Database, slug: string) =>
  db
    .select(published)
    .from(organisations)
    .where(and(eq(organisations.slug, slug), isNull(organisations.deletedAt)))
    .limit(1)

/** The same of the organisation of a client. Primary keys. */
export const brandingOfClient = (db: Database, clientId: string) =>
  db
    .select(published)
    .from(oauthClients)
    .innerJoin(organisations, and(eq(organisations.id, oauthClients.orgId), isNull(organisations.deletedAt)))
    .where(eq(oauthClients.id, clientId))
    .limit(1)

export type PublishedBranding = Awaited<ReturnType<typeof brandingOfClient>>[number]
