import { type CommandContext, type CommandGroup, command, fileArgument, jsonOption } from './command.ts'
import { jsonRows, reportRows } from './import/whole-json.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

export const resourcesCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} resources`, description: 'APIs that accept our access tokens: import, list, delete.' },
  subCommands: {
    import: command({
      name: 'import',
      description:
        'Import resources from JSON: an array of the objects of POST /v1/resources. A known audience is changed, so the command can be repeated.',
      args: {
        ...fileArgument,
        'dry-run': { type: 'boolean', description: 'Check every object and write nothing.' },
        ...jsonOption,
      },
      async run({ file, 'dry-run': dryRun = false, json = false }) {
        const rows = await jsonRows(file, terminal, 'resources import')
        for await (const reply of ask('resources.import', { rows, dryRun }))
          if ('item' in reply)
            reportRows(terminal, reply.item.items, {
              noun: 'resources',
              nameOf: ({ audience = '' }) => printable(audience),
              dryRun,
              json,
            })
      },
    }),
    list: command({
      name: 'list',
      description: 'List the resources: id, audience, organisation, scopes, name. Separated by tabs.',
      args: { org: { type: 'string', description: 'Only resources of this organisation, by id.' }, ...jsonOption },
      async run({ org, json }) {
        for await (const reply of ask('resources.list', org === undefined ? {} : { orgId: org })) {
          if (!('item' in reply)) continue
          const { item } = reply
          const cells = [
            item.id,
            item.audience,
            item.orgId ?? '',
            item.scopes.map(({ name }) => name).join(' '),
            item.name,
          ]
          terminal.out(json ? JSON.stringify(item) : cells.map(printable).join('\t'))
        }
      },
    }),
    delete: command({
      name: 'delete',
      description: 'Delete a resource. No token for it is issued from then on.',
      args: {
        resource: { type: 'positional', required: true, description: 'Its id or its audience.' },
        ...jsonOption,
      },
      async run({ resource, json }) {
        for await (const reply of ask('resources.delete', { id: resource }))
          if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : `${printable(resource)} is deleted.`)
      },
    }),
  },
})
