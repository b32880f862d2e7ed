import { migrationState, newerThanUs } from '../../../db/migration-state.ts'
import type { PrincipalCache } from '../../deps.ts'
import { rekeyEmails } from '../../modules/users/rekey-emails.ts'
import { readConfig } from '../../platform/environment.ts'
import { createLog } from '../../platform/log.ts'
import { openWhenFree, reachDatabase } from '../../platform/reach-database.bun.ts'
import { command } from './command.ts'
import { program } from './program.ts'
import type { Terminal } from './terminal.ts'

/** No request is served here. */
const nothingCached: PrincipalCache = {
  get: () => undefined,
  record: () => undefined,
  loadRecord: (_kind, _id, load) => load(),
  scope: () => undefined,
  load: (_, load) => load(),
  loadScopes: (load) => load(),
  forget: () => undefined,
  forgetAll: () => undefined,
}

/** A server that was told to stop releases the database within this time. */
const LOCK_PATIENCE_MS = 10_000

export const migrateCommand = ({ env, terminal }: { env: Record<string, string | undefined>; terminal: Terminal }) =>
  command({
    name: 'bun run db:migrate',
    description: 'Apply the pending migrations, all or none. A start does the same.',
    args: {},
    async run() {
      const config = readConfig({ ...env, LOG_LEVEL: env.LOG_LEVEL || 'warning' })
      const log = createLog(config, (line) => terminal.draw(line))
      const database = await openWhenFree(config, { log, patienceMs: LOCK_PATIENCE_MS })
      try {
        const before = await migrationState(database.db)
        await reachDatabase(config, database, { log, patienceMs: 0 })
        if (before.state === 'newer') return terminal.out(`The database was not changed: ${newerThanUs(before)}.`)
        terminal.out(
          before.state === 'current' ? 'The database has every migration already.' : 'The database is up to date now.',
        )
        // SQL has no UTS 46, so this part is code. Here it runs until it is done; a start stops it after some seconds.
        const { changed, sharing } = await rekeyEmails({ db: database.db, principals: nothingCached }, () => true)
        if (changed > 0) terminal.out(`Addresses updated to the rule of this release: ${changed}.`)
        if (sharing > 0)
          terminal.out(
            `Accounts that share a mailbox with another one: ${sharing}. List them with: ${program} users collisions`,
          )
      } finally {
        database.close()
      }
    },
  })
