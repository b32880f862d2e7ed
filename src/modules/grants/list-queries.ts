import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { grants, oauthClients, tokenFamilies } from '../../../db/tables/index.ts'
import { trusted } from '../users/trust-queries.ts'

/** Index token_families_grant. */
const lastUsedAt = sql<
  number | null
>`(SELECT max(used.last_used_at) FROM ${tokenFamilies} AS used WHERE used.grant_id = grants.id)`.as('last_used_at')

/** The living grants of a person, newest first. Index grants_user, primary key of the clients. */
export const listGrantsOf = (
  db: Database,
  userId: string,
  { before, limit }: { before: string | undefined; limit: number },
) =>
  db
    .select({
      id: grants.id,
      client: {
        id: oauthClients.id,
        name: oauthClients.name,
        source: oauthClients.source,
        redirectUris: oauthClients.redirectUris,
      },
      scopes: grants.scopes,
      details: grants.details,
      createdAt: grants.createdAt,
      updatedAt: grants.updatedAt,
      lastUsedAt,
    })
    .from(grants)
    .innerJoin(oauthClients, eq(oauthClients.id, grants.clientId))
    .where(
      and(
        eq(grants.userId, userId),
        isNull(grants.endedAt),
        trusted('grants'),
        before === undefined ? undefined : lt(grants.id, before),
      ),
    )
    .orderBy(desc(grants.id))
    .limit(limit)
