import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Points taken from a budget, for several processes that share a database and have no Redis. */
export const rateLimits = sqliteTable(
  'rate_limits',
  {
    key: text('key').primaryKey(),
    points: integer('points').notNull(),
    /** The end of the window and of its points. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('rate_limits_expires').on(table.expiresAt)],
)
