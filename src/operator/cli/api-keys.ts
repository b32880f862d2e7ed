import type { CreatedApiKey } from '../../modules/api-keys/schema.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError, wholeNumber } from './command.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

export const apiKeysCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} api-keys`, description: 'API keys: list, create, revoke.' },
  subCommands: {
    list: command({
      name: 'list',
      description: 'List the API keys that work: lines separated by tabs.',
      args: {
        user: { type: 'string', description: 'Only keys of this user, by id.' },
        org: { type: 'string', description: 'Only keys that are limited to this organisation, by id.' },
        'service-account': { type: 'string', description: 'Only keys of this service account, by id.' },
        ...jsonOption,
      },
      async run({ user, org, 'service-account': account, json }) {
        const filter = {
          ...(user === undefined ? {} : { userId: user }),
          ...(org === undefined ? {} : { orgId: org }),
          ...(account === undefined ? {} : { serviceAccountId: account }),
        }
        for await (const reply of ask('api-keys.list', filter)) {
          if (!('item' in reply)) continue
          const { item } = reply
          const owner = item.userId ?? item.serviceAccountId ?? item.orgId ?? ''
          const cells = [item.id, owner, item.form, `…${item.hint}`, item.expiresAt ?? 'never', item.name]
          terminal.out(json ? JSON.stringify(item) : cells.map(printable).join('\t'))
        }
      },
    }),
    create: command({
      name: 'create',
      description: 'Create an API key of a service account. It is shown once.',
      args: {
        'service-account': { type: 'string', required: true, description: 'The id of the service account.' },
        name: { type: 'string', required: true, description: 'What the key is for.' },
        scopes: { type: 'string', required: true, description: 'Permissions, separated by commas.' },
        form: { type: 'enum', options: ['opaque', 'signed'], default: 'opaque', description: 'The form of the key.' },
        days: { type: 'string', valueHint: 'number', description: 'The key expires after this number of days.' },
        ...jsonOption,
      },
      async run({ 'service-account': serviceAccountId, name, scopes, form, days, json }) {
        const lives = wholeNumber('--days', days)
        if (form === 'signed' && lives === undefined) throw new UsageError('--form signed needs --days, at most 366.')
        const key = {
          serviceAccountId,
          name,
          scopes: scopes.split(',').map((scope) => scope.trim()),
          form: form === 'signed' ? ('signed' as const) : ('opaque' as const),
          ...(lives === undefined ? {} : { days: lives }),
        }
        for await (const reply of ask('api-keys.create', key)) {
          if (!('item' in reply)) continue
          if (json) terminal.out(JSON.stringify(reply.item))
          else for (const line of told(reply.item)) terminal.out(line)
        }
      },
    }),
    revoke: command({
      name: 'revoke',
      description: 'Revoke an API key. Every process refuses it within a second.',
      args: { id: { type: 'positional', required: true, description: 'The id of the key.' }, ...jsonOption },
      async run({ id, json }) {
        for await (const reply of ask('api-keys.revoke', { id })) {
          if (!('item' in reply)) continue
          terminal.out(json ? JSON.stringify(reply.item) : `${reply.item.id} is revoked.`)
        }
      },
    }),
  },
})

const told = ({ id, key, expiresAt }: CreatedApiKey): string[] => [
  `Created ${id}. It ${expiresAt === null ? 'does not expire' : `expires at ${expiresAt}`}.`,
  `Key, shown only now: ${key}`,
]
