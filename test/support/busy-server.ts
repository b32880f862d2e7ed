/**
 * A process with its own worker, which prints each new first row of a query. Arguments: database file, query.
 * The leases of processes that were killed before are over.
 */
import { writeSync } from 'node:fs'
import { parseConfig } from '../../src/config.ts'
import { createBunDeps } from '../../src/platform/deps.bun.ts'

const [file = '', query = ''] = process.argv.slice(2)
const deps = await createBunDeps(
  parseConfig({
    NODE_ENV: 'test',
    APP_SECRET: 'test secret of more than thirty-two bytes',
    DATABASE_URL: `file:${file}`,
    LOG_LEVEL: 'error',
  }),
)
await deps.db.$client.execute(`UPDATE jobs SET run_at = 0 WHERE state = 'pending'`)
deps.worker.start(deps)
for (let shown = ''; ; ) {
  const { rows } = await deps.db.$client.execute(query)
  const line = Object.values(rows[0] ?? {}).join(' ')
  if (line !== shown) writeSync(1, `${line}\n`)
  shown = line
  await Bun.sleep(1)
}
