import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Points taken from a budget, where several processes must count together and there is no Redis. */
export const rateLimits = sqliteTable(
  'rate_limits',
  {
    key: text('key').primaryKey(),
    points: integer('points').notNull(),
    /** The window ends, and the points with it. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('rate_limits_expires').on(table.expiresAt)],
)
