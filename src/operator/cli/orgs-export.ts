import { exportFormats } from '../../modules/users/export-schema.ts'
import { type CommandContext, command } from './command.ts'

export const exportOrgsCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'export',
    description:
      'Write all organisations, roles and memberships to standard output, as JSON Lines or CSV. The import reads both. docs/import.md.',
    args: {
      format: { type: 'enum', options: [...exportFormats], default: 'ndjson', description: 'The format.' },
    },
    async run({ format }) {
      for await (const reply of ask('orgs.export', { format })) {
        if (!('item' in reply)) continue
        terminal.out(reply.item.text.replace(/\n$/, ''))
        await terminal.ready()
      }
    },
  })
