import type { Member } from '../../modules/members/schema.ts'
import type { Org } from '../../modules/orgs/schema.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError, wholeNumber } from './command.ts'
import { exportOrgsCommand } from './orgs-export.ts'
import { importOrgsCommand } from './orgs-import.ts'
import { program } from './program.ts'
import { createTable, printable } from './terminal.ts'
import type { ImportContext } from './users-import.ts'

export const orgsCommands = (context: ImportContext): CommandGroup => ({
  meta: {
    name: `${program} orgs`,
    description: 'Organisations: list, show, create, delete, restore, add-member, import, export.',
  },
  subCommands: {
    list: listCommand(context),
    show: showCommand(context),
    create: createCommand(context),
    delete: deleteCommand(context),
    restore: restoreCommand(context),
    'add-member': addMemberCommand(context),
    import: importOrgsCommand(context),
    export: exportOrgsCommand(context),
  },
})

const org = { type: 'positional', required: true, description: 'Id or slug.' } as const

const listCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'list',
    description: 'List organisations, newest first: a table on a terminal, otherwise lines separated by tabs.',
    args: {
      q: { type: 'string', description: 'The beginning of the slug or of the name.' },
      limit: { type: 'string', valueHint: 'number', description: 'The maximum number of organisations.' },
      ...jsonOption,
    },
    async run({ q, limit: limitText, json }) {
      const limit = wholeNumber('--limit', limitText)
      const query = { ...(q === undefined ? {} : { q }), ...(limit === undefined ? {} : { limit }) }
      const rows: string[][] = []
      for await (const reply of ask('orgs.list', query)) {
        if (!('item' in reply)) continue
        if (json) terminal.out(JSON.stringify(reply.item))
        else if (terminal.outIsTerminal) rows.push(cells(reply.item))
        else terminal.out(cells(reply.item).join('\t'))
      }
      if (!json && terminal.outIsTerminal) printTable(terminal.out, ['ID', 'SLUG', 'NAME', 'CREATED', 'DELETED'], rows)
    },
  })

const cells = ({ id, slug, name, createdAt, deletedAt }: Org): string[] =>
  [id, slug, name, createdAt, deletedAt ?? ''].map(printable)

function printTable(out: (line: string) => void, headings: string[], rows: string[][]): void {
  const table = createTable(headings, rows)
  for (const line of [table.heading(), ...rows.map(table.row)]) out(line)
}

const showCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'show',
    description: 'Show an organisation and its members.',
    args: { org, ...jsonOption },
    async run({ org, json }) {
      for await (const reply of ask('orgs.show', { org })) {
        if (!('item' in reply)) continue
        const { item } = reply
        if (json) terminal.out(JSON.stringify(item))
        else if ('org' in item) for (const line of describe(item.org)) terminal.out(line)
        else terminal.out(`Member:   ${memberLine(item.member)}`)
      }
    },
  })

const describe = ({ id, name, slug, settings, createdAt, deletedAt }: Org): string[] => [
  `Id:       ${id}`,
  `Name:     ${printable(name)}`,
  `Slug:     ${slug}`,
  `Created:  ${createdAt}`,
  ...(deletedAt === undefined ? [] : [`Deleted:  ${deletedAt}`]),
  `Settings: ${printable(JSON.stringify(settings))}`,
]
const memberLine = ({ userId, email, roles }: Member): string =>
  `${printable(email)} (${userId}), roles: ${roles.map(printable).join(', ')}`

const createCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'create',
    description: 'Create an organisation for a person, who is its owner.',
    args: {
      name: { type: 'string', required: true, description: 'The name.' },
      slug: { type: 'string', description: 'The slug. Absent: from the name.' },
      owner: { type: 'string', required: true, description: 'Id or e-mail of the owner.' },
      ...jsonOption,
    },
    async run({ name, slug, owner, json }) {
      for await (const reply of ask('orgs.create', { name, owner, ...(slug === undefined ? {} : { slug }) }))
        if ('item' in reply)
          terminal.out(json ? JSON.stringify(reply.item) : `Created ${reply.item.slug} (${reply.item.id}).`)
    },
  })

const deleteCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'delete',
    description: 'Delete an organisation. It can be restored for 30 days.',
    args: { org, ...jsonOption },
    async run({ org, json }) {
      for await (const reply of ask('orgs.delete', { org }))
        if ('item' in reply)
          terminal.out(
            json
              ? JSON.stringify(reply.item)
              : `Deleted ${reply.item.slug} (${reply.item.id}). It is erased after 30 days; until then: ${program} orgs restore ${reply.item.id}`,
          )
    },
  })

const restoreCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'restore',
    description: 'Restore an organisation that was deleted less than 30 days ago.',
    args: { org, ...jsonOption },
    async run({ org, json }) {
      for await (const reply of ask('orgs.restore', { org }))
        if ('item' in reply)
          terminal.out(json ? JSON.stringify(reply.item) : `Restored ${reply.item.slug} (${reply.item.id}).`)
    },
  })

const addMemberCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'add-member',
    description: 'Make a person a member, without an invitation.',
    args: {
      org,
      user: { type: 'positional', required: true, description: 'Id or e-mail.' },
      role: { type: 'string', description: 'Roles, separated by commas.', default: 'member' },
      ...jsonOption,
    },
    async run({ org, user, role, json }) {
      const roles = [...new Set(role.split(',').map((name) => name.trim()))]
      if (roles.includes('')) throw new UsageError('--role takes names, separated by a comma.')
      for await (const reply of ask('orgs.add-member', { org, user, roles }))
        if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : `Added ${memberLine(reply.item)}.`)
    },
  })
