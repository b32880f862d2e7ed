/** Commands about one user. */
import { ROLE_NAME } from '../../core/permissions.ts'
import type { User } from '../../modules/users/schema.ts'
import { type CommandContext, command, jsonOption, UsageError } from './command.ts'
import { printable } from './terminal.ts'

const user = { type: 'positional', required: true, description: 'Id or e-mail.' } as const
const named = ({ email, id }: User): string => `${printable(email)} (${id})`

export const showCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'show',
    description: 'Show a user.',
    args: { user, ...jsonOption },
    async run({ user, json }) {
      for await (const reply of ask('users.show', { user })) {
        if (!('item' in reply)) continue
        const { item } = reply
        if (json) terminal.out(JSON.stringify(item))
        else for (const line of describe(item)) terminal.out(line)
      }
    },
  })

const describe = (shown: User): string[] => [
  `Id:       ${shown.id}`,
  `E-mail:   ${printable(shown.email)}${shown.emailVerified ? '' : ' (not verified)'}`,
  `Name:     ${printable(shown.name)}`,
  `Status:   ${shown.status}`,
  `Roles:    ${shown.roles.map(printable).join(', ')}`,
  `Created:  ${shown.createdAt}`,
  `Updated:  ${shown.updatedAt}`,
]

const isRoleName = new RegExp(ROLE_NAME)

export const setRolesCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'set-roles',
    description: 'Give a user these roles and no others, from the next request on: set-roles USER ROLE [ROLE …].',
    args: {
      user,
      role: { type: 'positional', required: true, description: 'A role. More roles may follow.' },
      ...jsonOption,
    },
    many: true,
    async run({ user, json, _: [, ...roles] }) {
      if (!roles.every((role) => isRoleName.test(role)))
        throw new UsageError('A role is a name such as user, admin or accountant.')
      for await (const reply of ask('users.set-roles', { user, roles: [...new Set(roles)] })) {
        if (!('item' in reply)) continue
        const { item } = reply
        terminal.out(
          json ? JSON.stringify(item) : `${named(item)} has the roles: ${item.roles.map(printable).join(', ')}.`,
        )
      }
    },
  })

export const resetPasswordCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'reset-password',
    description: 'Send a user a mail to reset the password. Without MAIL_URL, or with --link, a link is shown once.',
    args: {
      user,
      link: { type: 'boolean', description: 'Show a link and send no mail.' },
      ...jsonOption,
    },
    async run({ user, link = false, json }) {
      for await (const reply of ask('users.reset-password', { user, link })) {
        if (!('item' in reply)) continue
        const { item } = reply
        if (json) terminal.out(JSON.stringify(item))
        else if ('mailTo' in item) terminal.out(`The server sends ${named(item.user)} a mail to reset the password.`)
        else {
          terminal.out(`A link for ${named(item.user)}, valid once, until ${item.expiresAt}:`)
          terminal.out(item.link)
        }
      }
    },
  })

export const deleteCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'delete',
    description: 'Delete a user with sessions, factors and memberships. A mail tells the owner. It cannot be undone.',
    args: { user, ...jsonOption },
    async run({ user, json }) {
      for await (const reply of ask('users.delete', { user })) {
        if (!('item' in reply)) continue
        terminal.out(json ? JSON.stringify(reply.item) : `${named(reply.item)} is deleted.`)
      }
    },
  })
