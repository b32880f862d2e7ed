import { type CommandContext, type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

export const actionsCommands = (context: CommandContext): CommandGroup => ({
  meta: { name: `${program} actions`, description: 'Actions before a sign-up or a token: list, disable, enable.' },
  subCommands: {
    list: listCommand(context),
    disable: switchCommand(context, false),
    enable: switchCommand(context, true),
  },
})

const stateOf = (enabled: boolean): string => (enabled ? 'enabled' : 'disabled')

const listCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'list',
    description: 'List the actions: lines separated by tabs.',
    args: jsonOption,
    async run({ json }) {
      for await (const reply of ask('actions.list', {})) {
        if (!('item' in reply)) continue
        const { item } = reply
        const cells = [item.id, item.trigger, stateOf(item.enabled), item.onFailure, item.url, item.name]
        terminal.out(json ? JSON.stringify(item) : cells.map(printable).join('\t'))
      }
    },
  })

const switchCommand = ({ ask, terminal }: CommandContext, enabled: boolean) =>
  command({
    name: enabled ? 'enable' : 'disable',
    description: enabled
      ? 'Enable an action. Its program decides again.'
      : 'Disable an action. Every process stops asking its program within a second.',
    args: { id: { type: 'positional', required: true, description: 'The id of the action.' }, ...jsonOption },
    async run({ id, json }) {
      for await (const reply of ask('actions.set-enabled', { id, enabled })) {
        if (!('item' in reply)) continue
        terminal.out(json ? JSON.stringify(reply.item) : `${reply.item.id} is ${stateOf(reply.item.enabled)}.`)
      }
    },
  })
