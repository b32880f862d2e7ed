import { builtInRoles, ROLE_NAME } from '../../core/permissions.ts'
import type { AddressIssue } from '../../modules/users/rekey-emails.ts'
import { type User, userSorts } from '../../modules/users/schema.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError, wholeNumber } from './command.ts'
import { program } from './program.ts'
import { createTable, printable } from './terminal.ts'
import { deleteCommand, resetPasswordCommand, setRolesCommand, showCommand } from './one-user.ts'
import { bulkCommand } from './users-bulk.ts'
import { exportCommand } from './users-export.ts'
import { type ImportContext, importCommand } from './users-import.ts'

export function usersCommands(context: ImportContext): CommandGroup {
  return {
    meta: {
      name: `${program} users`,
      description:
        'Users: create, list, show, import, export, bulk, set-roles, disable, enable, reset-password, delete, collisions.',
    },
    subCommands: {
      create: createCommand(context),
      list: listCommand(context),
      show: showCommand(context),
      import: importCommand(context),
      'set-roles': setRolesCommand(context),
      export: exportCommand(context),
      bulk: bulkCommand(context),
      disable: statusCommand(context, 'disabled'),
      enable: statusCommand(context, 'active'),
      'reset-password': resetPasswordCommand(context),
      delete: deleteCommand(context),
      collisions: collisionsCommand(context),
    },
  }
}

// A password is not an option: other users would see it in the list of processes, and it would stay in the shell history.
const createCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'create',
    description: 'Create a user. Without --password-stdin a password is generated and shown once.',
    args: {
      email: { type: 'string', required: true, description: 'The address for the sign-in.' },
      name: { type: 'string', description: 'The name of the user.' },
      role: { type: 'string', description: `Roles, separated by commas: ${builtInRoles.join(', ')}.`, default: 'user' },
      'password-stdin': { type: 'boolean', description: 'Read the password from standard input.' },
      unverified: { type: 'boolean', description: 'The address is not verified: the user must verify it.' },
      ...jsonOption,
    },
    async run(args) {
      const password = args['password-stdin'] ? await readPassword(terminal) : undefined
      const account = {
        email: args.email,
        ...(args.name === undefined ? {} : { name: args.name }),
        roles: parseRoles(args.role),
        emailVerified: args.unverified !== true,
        ...(password === undefined ? { generatePassword: true } : { password }),
      }
      for await (const reply of ask('users.create', account)) {
        if (!('item' in reply)) continue
        const { user, password: generated } = reply.item
        if (args.json) terminal.out(JSON.stringify(reply.item))
        else {
          terminal.out(`Created ${user.email} (${user.id}), roles: ${user.roles.join(', ')}.`)
          if (generated !== undefined) terminal.out(`Password, shown only now: ${generated}`)
        }
      }
    },
  })

const listCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'list',
    description: 'List all users, or a part of them: a table on a terminal, otherwise lines separated by tabs.',
    args: {
      q: {
        type: 'string',
        description: 'Any part of a name or e-mail. One or two letters match only the beginning of a word.',
      },
      status: { type: 'enum', options: ['active', 'disabled'], description: 'Only users with this status.' },
      role: { type: 'string', description: 'Only users with this role.' },
      sort: {
        type: 'enum',
        options: [...userSorts],
        default: 'createdAt',
        description: '--sort=-name sorts in descending order.',
      },
      limit: { type: 'string', valueHint: 'number', description: 'The maximum number of users.' },
      ...jsonOption,
    },
    async run({ q, status, role, sort, limit: limitText, json }) {
      const limit = wholeNumber('--limit', limitText)
      const print = json
        ? { row: (user: User) => terminal.out(JSON.stringify(user)), end: () => {} }
        : terminal.outIsTerminal
          ? tablePrinter(terminal.out)
          : { row: (user: User) => terminal.out(cells(user).join('\t')), end: () => {} }
      const query = {
        sort,
        ...(q === undefined ? {} : { q }),
        ...(status === undefined ? {} : { status }),
        ...(role === undefined ? {} : { role }),
        ...(limit === undefined ? {} : { limit }),
      }
      for await (const reply of ask('users.list', query)) if ('item' in reply) print.row(reply.item)
      print.end()
    },
  })

const statusCommand = ({ ask, terminal }: CommandContext, status: 'active' | 'disabled') =>
  command({
    name: status === 'active' ? 'enable' : 'disable',
    description:
      status === 'active'
        ? 'Allow a disabled user to sign in again.'
        : 'Disable a user: every session ends at once, and no sign-in succeeds.',
    args: {
      user: { type: 'positional', required: true, description: 'Id or e-mail.' },
      ...jsonOption,
    },
    async run({ user, json }) {
      for await (const reply of ask('users.set-status', { user, status })) {
        if (!('item' in reply)) continue
        const { email, id } = reply.item
        terminal.out(json ? JSON.stringify(reply.item) : `${printable(email)} (${id}) is ${status}.`)
      }
    },
  })

const ISSUES: Record<AddressIssue, string> = {
  shared: 'shares its mailbox with',
  refused: 'has an address that is refused today, and looks like the address of',
  spelling: 'proved its address in an unusual spelling, and shares its mailbox with',
}

const collisionsCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'collisions',
    description:
      'List accounts that share a mailbox with another one, or whose address would be refused today. docs/operations.md.',
    args: jsonOption,
    async run({ json }) {
      let found = 0
      for await (const reply of ask('users.collisions', {})) {
        if (!('item' in reply)) continue
        found++
        const { id, email, emailVerified, issue, otherId } = reply.item
        const verified = emailVerified ? 'verified' : 'not verified'
        if (json) terminal.out(JSON.stringify(reply.item))
        else terminal.out(`${id}  ${printable(email)} (${verified}) ${ISSUES[issue]} ${otherId ?? 'no other account'}.`)
      }
      if (!json && found === 0) terminal.note('No two accounts share a mailbox.')
    },
  })

const headings = ['ID', 'E-MAIL', 'NAME', 'STATUS', 'ROLES', 'CREATED']
const cells = ({ id, email, name, status, roles, createdAt }: User): string[] =>
  [id, email, name, status, roles.join(','), createdAt].map(printable)

/** The number of rows that decide the widths of the columns. */
const MEASURED_ROWS = 100

/** Prints the first rows when there are enough of them to measure, and later rows at once. */
export function tablePrinter(out: (line: string) => void) {
  let first: string[][] | undefined = []
  let table: ReturnType<typeof createTable> | undefined
  const printFirst = () => {
    if (!first) return
    table = createTable(headings, first)
    for (const line of [table.heading(), ...first.map(table.row)]) out(line)
    first = undefined
  }
  return {
    row(user: User) {
      if (first && first.push(cells(user)) < MEASURED_ROWS) return
      if (first) printFirst()
      else if (table) out(table.row(cells(user)))
    },
    end: printFirst,
  }
}

const isRoleName = new RegExp(ROLE_NAME)

function parseRoles(text: string): string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))]
  if (!names.every((name) => isRoleName.test(name)))
    throw new UsageError(`--role takes ${builtInRoles.join(', ')} and the names of other roles, separated by a comma.`)
  return names
}

async function readPassword(terminal: CommandContext['terminal']): Promise<string> {
  if (terminal.inputIsTerminal)
    throw new UsageError('--password-stdin reads a pipe or a file, because a terminal would show what you type.')
  const password = (await terminal.readInput()).replace(/\r?\n$/, '')
  if (password === '') throw new UsageError('--password-stdin found nothing on standard input.')
  return password
}
