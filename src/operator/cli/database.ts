import type { Compacted } from '../compact-database.ts'
import { databaseUrl } from '../../platform/environment.ts'
import { rebuild } from '../rebuild.bun.ts'
import { type FileCommandContext, size } from './backup.ts'
import { type CommandContext, type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'
import { createProgress } from './terminal.ts'

export const databaseCommands = ({ ask, env, terminal }: CommandContext & FileCommandContext): CommandGroup => ({
  meta: { name: `${program} database`, description: 'The database file.' },
  subCommands: {
    compact: command({
      name: 'compact',
      description: 'Return the space of deleted rows to the disk. The server may run.',
      args: {
        rebuild: {
          type: 'boolean',
          description: 'Write the file again: needed once for a file of an early release. The server must be stopped.',
        },
        ...jsonOption,
      },
      async run({ rebuild: anew = false, json }) {
        const progress = createProgress(terminal, anew ? 'rebuild: copy, check, replace' : 'compact, pages')
        if (anew) {
          const { bytes, tookMs } = rebuild(databaseUrl(env), (done) => {
            if (!json) progress.show({ done, total: 3 })
          })
          progress.finish()
          terminal.out(json ? JSON.stringify({ bytes, tookMs }) : summary(bytes, tookMs))
          return
        }
        let compacted: Compacted | undefined
        try {
          for await (const reply of ask('database.compact', {})) {
            if (!('progress' in reply)) compacted = reply.item
            else if (!json) progress.show(reply.progress)
          }
        } finally {
          progress.finish()
        }
        if (compacted === undefined) return // the operation yields one at its end, or throws
        terminal.out(json ? JSON.stringify(compacted) : summary(compacted.bytes, compacted.tookMs))
      },
    }),
  },
})

const summary = ({ before, after }: { before: number; after: number }, tookMs: number): string =>
  `The database took ${size(before)} and takes ${size(after)} now, ${tookMs} ms.`
