import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Programs that are asked before something happens. All of them are of the instance. */
export const actions = sqliteTable(
  'actions',
  {
    id: text('id').primaryKey(),
    trigger: text('trigger', { enum: ['sign_up', 'token_issue'] }).notNull(),
    url: text('url').notNull(),
    name: text('name').notNull(),
    enabled: integer('enabled', { mode: 'boolean' }).notNull(),
    /** What is decided if the program does not answer. */
    onFailure: text('on_failure', { enum: ['deny', 'allow'] }).notNull(),
    timeoutMs: integer('timeout_ms').notNull(),
    /** Encrypted with APP_SECRET: a MAC needs the secret itself. */
    secret: text('secret').notNull(),
    /** Signs too until this time, ms UTC. */
    previousSecret: text('previous_secret'),
    previousUntil: integer('previous_until'),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [index('actions_trigger').on(table.trigger, table.id)],
)
