import { exportFormats } from '../../modules/users/export-schema.ts'
import { type CommandContext, command, UsageError } from './command.ts'

export const exportCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'export',
    description: 'Write all users to standard output, as JSON Lines or CSV. The import reads both. docs/import.md.',
    args: {
      format: { type: 'enum', options: [...exportFormats], default: 'ndjson', description: 'The format.' },
      hashes: { type: 'boolean', description: 'With the password hashes. Only into a file or a pipe.' },
    },
    async run({ format, hashes = false }) {
      if (hashes && terminal.outIsTerminal)
        throw new UsageError('--hashes writes password hashes: send the output into a file or a pipe.')
      for await (const reply of ask('users.export', { format, hashes })) {
        if (!('item' in reply)) continue
        terminal.out(reply.item.text.replace(/\n$/, ''))
        await terminal.ready()
      }
    },
  })
