import { type CommandContext, type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'

/** Jobs that delete by age wait while the clock is not believed: docs/operations.md, "When the clock is wrong". */
export const clockCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} clock`, description: 'The clock by which old rows are deleted.' },
  subCommands: {
    show: command({
      name: 'show',
      description: 'Show whether the server believes the clock.',
      args: jsonOption,
      async run({ json }) {
        for await (const reply of ask('clock.show', {}))
          if ('item' in reply) {
            const { now, believed, doubt, since } = reply.item
            if (json) terminal.out(JSON.stringify(reply.item))
            else if (believed) terminal.out(`${now}: the clock is believed.`)
            else
              terminal.out(
                `${now}: the clock is not believed (${doubt}) since ${since}; no rows are deleted by age. If the clock is right: ${program} clock trust`,
              )
          }
      },
    }),
    trust: command({
      name: 'trust',
      description: 'Say that the clock is right. Jobs that delete by age run again from now on.',
      args: jsonOption,
      async run({ json }) {
        for await (const reply of ask('clock.trust', {}))
          if ('item' in reply)
            terminal.out(json ? JSON.stringify(reply.item) : `The clock is believed from now on: ${reply.item.now}.`)
      },
    }),
  },
})
