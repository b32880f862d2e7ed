import { type CommandContext, type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'

export const keysCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} keys`, description: 'Keys that sign access tokens.' },
  subCommands: {
    rotate: command({
      name: 'rotate',
      description: 'Publish a new signing key, and use it after every verifier has it. No session ends.',
      args: jsonOption,
      async run({ json }) {
        for await (const reply of ask('keys.rotate', {})) {
          if (!('item' in reply)) continue
          const { id, activeAt } = reply.item
          terminal.out(json ? JSON.stringify(reply.item) : `${id} is published. It signs from ${activeAt} on.`)
        }
      },
    }),
  },
})
