import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

export const badges = sqliteTable(
  'badges',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    createdAt: integer('created_at').notNull(),
    engravedAt: integer('engraved_at'),
  },
  (table) => [index('badges_user').on(table.userId, table.id), index('badges_created').on(table.createdAt)],
)
