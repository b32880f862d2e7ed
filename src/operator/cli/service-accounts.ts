import { type CommandContext, type CommandGroup, command, jsonOption } from './command.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

export const serviceAccountsCommands = (context: CommandContext): CommandGroup => ({
  meta: { name: `${program} service-accounts`, description: 'Service accounts: list, disable, enable.' },
  subCommands: {
    list: listCommand(context),
    disable: statusCommand(context, 'disabled'),
    enable: statusCommand(context, 'active'),
  },
})

const listCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'list',
    description: 'List the service accounts of the instance and of every organisation: lines separated by tabs.',
    args: { org: { type: 'string', description: 'Only those of this organisation, by id.' }, ...jsonOption },
    async run({ org, json }) {
      for await (const reply of ask('service-accounts.list', org === undefined ? {} : { orgId: org })) {
        if (!('item' in reply)) continue
        const { item } = reply
        const cells = [item.id, item.orgId ?? 'instance', item.status, item.roles.join(','), item.name]
        terminal.out(json ? JSON.stringify(item) : cells.map(printable).join('\t'))
      }
    },
  })

const statusCommand = ({ ask, terminal }: CommandContext, status: 'active' | 'disabled') =>
  command({
    name: status === 'active' ? 'enable' : 'disable',
    description:
      status === 'active'
        ? 'Enable a service account. Its keys work again.'
        : 'Disable a service account. Every process refuses its keys within a second.',
    args: { id: { type: 'positional', required: true, description: 'The id of the service account.' }, ...jsonOption },
    async run({ id, json }) {
      for await (const reply of ask('service-accounts.set-status', { id, status })) {
        if (!('item' in reply)) continue
        terminal.out(json ? JSON.stringify(reply.item) : `${reply.item.id} is ${reply.item.status}.`)
      }
    },
  })
