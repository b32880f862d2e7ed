import { backUp } from '../backup.bun.ts'
import { databaseUrl, readConfig } from '../../platform/environment.ts'
import { restore } from '../restore.bun.ts'
import { command, jsonOption } from './command.ts'
import { createProgress, printable, type Terminal } from './terminal.ts'

/** What commands on the database file itself are given; they ask no server. */
export interface FileCommandContext {
  env: Record<string, string | undefined>
  terminal: Terminal
}

export const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

export const backupCommand = ({ env, terminal }: FileCommandContext) =>
  command({
    name: 'backup',
    description: 'Copy the database into one checked file, with the server running or without. Never overwrites.',
    args: {
      to: { type: 'string', valueHint: 'FILE', description: 'Default: a dated file in backups/ beside the database.' },
      ...jsonOption,
    },
    async run({ to, json }) {
      const progress = createProgress(terminal, 'backup: copy, check, store')
      const backup = backUp(databaseUrl(env), to, (done) => {
        if (!json) progress.show({ done, total: 3 })
      })
      progress.finish()
      const { file, bytes, users, sessions, tookMs } = backup
      terminal.out(
        json
          ? JSON.stringify(backup)
          : `${printable(file)}: ${size(bytes)}, ${users} users, ${sessions} living sessions, ${tookMs} ms.`,
      )
      if (!json)
        terminal.note('Keep APP_SECRET with it, in another place: without it no token of this backup is valid.')
    },
  })

export const restoreCommand = ({ env, terminal }: FileCommandContext) =>
  command({
    name: 'restore',
    description: 'Put a backup in the place of the database, which is kept beside it. The server must be stopped.',
    args: {
      file: { type: 'positional', valueHint: 'FILE', required: true, description: 'What `backup` wrote.' },
      ...jsonOption,
    },
    async run({ file: backup, json }) {
      const progress = createProgress(terminal, 'restore: copy, check, replace')
      const restored = await restore(readConfig(env), backup, (done) => {
        if (!json) progress.show({ done, total: 3 })
      })
      progress.finish()
      if (json) {
        terminal.out(JSON.stringify(restored))
        return
      }
      const { file, kept, users, sessions, pending, tookMs } = restored
      terminal.out(`${printable(file)} is restored: ${users} users, ${sessions} living sessions, ${tookMs} ms.`)
      if (kept !== undefined) terminal.out(`The database that was there: ${printable(kept)}.`)
      if (pending.length > 0) terminal.out(`The next start applies ${pending.join(', ')}.`)
    },
  })
