import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'

/** What happened on each day (UTC) that is over. A job counts a day once, so no request counts the events of a month. */
export const dailyStats = sqliteTable('daily_stats', {
  /** The first moment of the day, ms UTC. */
  day: integer('day').primaryKey(),
  signIns: integer('sign_ins').notNull(),
  signInFailures: integer('sign_in_failures').notNull(),
  signUps: integer('sign_ups').notNull(),
  /** At the end of the day. Absent if the day was counted when its sessions were deleted already. */
  activeSessions: integer('active_sessions'),
})
