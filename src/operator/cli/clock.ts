import { type CommandContext, type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'

/** What is deleted for its age waits while the clock is doubted: docs/operations.md, "When the clock is wrong". */
export const clockCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} clock`, description: 'What is deleted for its age is deleted by the clock.' },
  subCommands: {
    show: command({
      name: 'show',
      description: 'Say whether the clock is believed, and what waits for it.',
      args: jsonOption,
      async run({ json }) {
        for await (const reply of ask('clock.show', {}))
          if ('item' in reply) {
            const { now, believed, doubt, since } = reply.item
            if (json) terminal.out(JSON.stringify(reply.item))
            else if (believed) terminal.out(`${now}: the clock is believed.`)
            else
              terminal.out(
                `${now}: the clock is not believed (${doubt}) since ${since}; nothing is deleted for its age. If it is right: ${program} clock trust`,
              )
          }
      },
    }),
    trust: command({
      name: 'trust',
      description: 'Say that the clock is right: what waited for it is deleted from now on.',
      args: jsonOption,
      async run({ json }) {
        for await (const reply of ask('clock.trust', {}))
          if ('item' in reply)
            terminal.out(json ? JSON.stringify(reply.item) : `The clock is believed from now on: ${reply.item.now}.`)
      },
    }),
  },
})
