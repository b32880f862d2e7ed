import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import { memberships } from '../sessions/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { userColumns } from '../users/queries.ts'

/** The scopes of the instance and of the first organisations of the user. */
export const scopesOfTarget = (userId: string) => ({ instance: true, orgIds: [], organisationsOf: sql`${userId}` })

/** The user with their organisations and the roles there. Index users_id, then as `memberships`. */
export const targetById = (db: Database, id: string) =>
  db
    .select({
      user: userColumns,
      memberships: sql<string>`${memberships.sql}`.as('pairs'),
      anonymous: users.anonymous,
      hasFactor: sql<boolean>`${hasFactor(sql`users.id`)}`.mapWith(Boolean).as('has_factor'),
    })
    .from(users)
    .where(eq(users.id, id))
    .limit(1)

export type Target = Awaited<ReturnType<typeof targetById>>[number]

/**
 * True if the user is active and has the same roles as when they were read, in the instance and in organisations. Index
 * users_id, then as above.
 */
export const unchanged = ({ user, memberships: pairs }: Target): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${user.id} AND users.status = 'active'
    AND ${userColumns.roles.sql} = ${JSON.stringify(user.roles)} AND ${memberships.sql} = ${pairs})`
