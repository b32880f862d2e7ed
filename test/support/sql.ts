/** SQL of a test on the database of its app: to age rows, and to see what no answer shows. */
import type { InValue } from '@libsql/client/web'
import type { TestApp } from './test-app.ts'

type App = () => Pick<TestApp, 'deps'>

/** `const execute = executeOn(() => t)`, then `await execute('UPDATE … WHERE id = ?', id)`. */
export const executeOn =
  (app: App) =>
  (sql: string, ...args: InValue[]) =>
    app().deps.db.$client.execute({ sql, args })

/** The same for its rows. */
export const rowsOn =
  (app: App) =>
  async (sql: string, ...args: InValue[]) =>
    (await app().deps.db.$client.execute({ sql, args })).rows
