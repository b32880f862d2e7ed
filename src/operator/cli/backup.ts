import { backUp } from '../backup.bun.ts'
import { databaseUrl, readConfig } from '../../platform/environment.ts'
import { restore } from '../restore.bun.ts'
import { command, jsonOption } from './command.ts'
import { createProgress, printable, type Terminal } from './terminal.ts'

/** The context of commands that work on the database file without a server. */
export interface FileCommandContext {
  env: Record<string, string | undefined>
  terminal: Terminal
}

export const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

export const backupCommand = ({ env, terminal }: FileCommandContext) =>
  command({
    name: 'backup',
    description: 'Copy the database into one checked file. The server may run. Never overwrites a file.',
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
          : `${printable(file)}: ${size(bytes)}, ${users} users, ${sessions} active sessions, ${tookMs} ms.`,
      )
      if (!json) terminal.note('Keep APP_SECRET too, in another place: without it no token of this backup is valid.')
    },
  })

export const restoreCommand = ({ env, terminal }: FileCommandContext) =>
  command({
    name: 'restore',
    description: 'Replace the database by a backup. The old database is kept beside it. The server must be stopped.',
    args: {
      file: { type: 'positional', valueHint: 'FILE', required: true, description: 'A file that `backup` made.' },
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
      terminal.out(`${printable(file)} is restored: ${users} users, ${sessions} active sessions, ${tookMs} ms.`)
      if (kept !== undefined) terminal.out(`The old database: ${printable(kept)}.`)
      if (pending.length > 0) terminal.out(`The next start applies ${pending.join(', ')}.`)
    },
  })
