import type { CreatedOAuthClient, OAuthClient } from '../../modules/oauth-clients/schema.ts'
import { type CommandContext, type CommandGroup, command, fileArgument, jsonOption, wholeNumber } from './command.ts'
import { jsonRows, reportRows } from './import/whole-json.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

const idArgument = { id: { type: 'positional', required: true, description: 'The id of the client.' } } as const

export const oauthClientsCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: {
    name: `${program} oauth-clients`,
    description: 'OAuth clients: import, list, show, create, disable, enable, delete, rotate-secret.',
  },
  subCommands: {
    import: command({
      name: 'import',
      description:
        'Import clients from JSON: an array of the objects of POST /v1/oauth-clients, with clientId and clientSecret. A known client is changed, so the command can be repeated. docs/oauth-clients.md',
      args: {
        ...fileArgument,
        'dry-run': { type: 'boolean', description: 'Check every object and write nothing.' },
        ...jsonOption,
      },
      async run({ file, 'dry-run': dryRun = false, json = false }) {
        const rows = await jsonRows(file, terminal, 'oauth-clients import')
        for await (const reply of ask('oauth-clients.import', { rows, dryRun }))
          if ('item' in reply)
            reportRows(terminal, reply.item.items, {
              noun: 'clients',
              nameOf: ({ clientId = '' }) => printable(clientId),
              more: ({ clientSecret }) =>
                clientSecret === undefined ? [] : [`Secret, shown only now: ${clientSecret}`],
              dryRun,
              json,
            })
      },
    }),
    list: command({
      name: 'list',
      description: 'List the clients: id, organisation, status, authentication, name. Separated by tabs.',
      args: {
        org: { type: 'string', description: 'Only clients of this organisation, by id.' },
        ...jsonOption,
      },
      async run({ org, json }) {
        for await (const reply of ask('oauth-clients.list', org === undefined ? {} : { orgId: org })) {
          if (!('item' in reply)) continue
          const { item } = reply
          const cells = [item.clientId, item.orgId ?? '', item.status, item.tokenEndpointAuthMethod, item.name]
          terminal.out(json ? JSON.stringify(item) : cells.map(printable).join('\t'))
        }
      },
    }),
    show: command({
      name: 'show',
      description: 'Show a client.',
      args: { ...idArgument, ...jsonOption },
      async run({ id, json }) {
        for await (const reply of ask('oauth-clients.show', { id })) {
          if (!('item' in reply)) continue
          if (json) terminal.out(JSON.stringify(reply.item))
          else for (const line of described(reply.item)) terminal.out(line)
        }
      },
    }),
    create: command({
      name: 'create',
      description: 'Create a client. Its secret is shown once. For more settings, use import.',
      args: {
        name: { type: 'string', required: true, description: 'What people see at consent.' },
        'redirect-uri': { type: 'string', description: 'Redirect URIs, separated by commas.' },
        'grant-types': {
          type: 'string',
          description: 'Separated by commas. Default: authorization_code,refresh_token.',
        },
        auth: {
          type: 'enum',
          options: ['client_secret_basic', 'client_secret_post', 'none'],
          default: 'client_secret_basic',
          description: 'How it authenticates. none: a public client.',
        },
        scopes: { type: 'string', description: 'Scopes, separated by commas. Absent: every scope.' },
        'first-party': { type: 'boolean', description: 'Its users are not asked for consent.' },
        org: { type: 'string', description: 'The organisation that manages it, by id.' },
        id: { type: 'string', description: 'Its id. Absent: a new one.' },
        ...jsonOption,
      },
      async run({ name, auth, scopes, org, id, json, ...given }) {
        const client = {
          name,
          redirectUris: listed(given['redirect-uri']),
          grantTypes: listed(given['grant-types'] ?? 'authorization_code,refresh_token') as never[], // the operation checks them
          tokenEndpointAuthMethod: auth as 'none', // one of the options
          ...(scopes === undefined ? {} : { scopes: listed(scopes) }),
          ...(given['first-party'] === true ? { firstParty: true } : {}),
          ...(org === undefined ? {} : { orgId: org }),
          ...(id === undefined ? {} : { clientId: id }),
        }
        for await (const reply of ask('oauth-clients.create', client)) {
          if (!('item' in reply)) continue
          if (json) terminal.out(JSON.stringify(reply.item))
          else for (const line of told(reply.item)) terminal.out(line)
        }
      },
    }),
    ...Object.fromEntries(
      (['disable', 'enable'] as const).map((name) => [
        name,
        command({
          name,
          description:
            name === 'disable'
              ? 'Disable a client. It and its tokens are refused within a second.'
              : 'Enable a client that was disabled.',
          args: { ...idArgument, ...jsonOption },
          async run({ id, json }) {
            const status = name === 'disable' ? 'disabled' : 'active'
            for await (const reply of ask('oauth-clients.set-status', { id, status }))
              if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : `${printable(id)} is ${name}d.`)
          },
        }),
      ]),
    ),
    delete: command({
      name: 'delete',
      description: 'Delete a client, with its secrets, its grants and their tokens.',
      args: { ...idArgument, ...jsonOption },
      async run({ id, json }) {
        for await (const reply of ask('oauth-clients.delete', { id }))
          if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : `${printable(id)} is deleted.`)
      },
    }),
    'rotate-secret': command({
      name: 'rotate-secret',
      description: 'Make a further secret of a client. It is shown once. The old one works beside it.',
      args: {
        ...idArgument,
        'overlap-hours': { type: 'string', valueHint: 'number', description: 'The old secret ends after this time.' },
        now: { type: 'boolean', description: 'Every old secret ends at once.' },
        ...jsonOption,
      },
      async run({ id, now, json, ...given }) {
        const overlapHours = now === true ? 0 : wholeNumber('--overlap-hours', given['overlap-hours'])
        const input = overlapHours === undefined ? { id } : { id, overlapHours }
        for await (const reply of ask('oauth-clients.rotate-secret', input)) {
          if (!('item' in reply)) continue
          const { item } = reply
          terminal.out(json ? JSON.stringify(item) : `Secret ${item.id}, shown only now: ${item.clientSecret}`)
        }
      },
    }),
  },
})

const listed = (text: string | undefined): string[] =>
  text
    ?.split(',')
    .map((item) => item.trim())
    .filter(Boolean) ?? []

const told = ({ clientId, clientSecret }: CreatedOAuthClient): string[] => [
  `Created ${printable(clientId)}.`,
  ...(clientSecret === undefined ? [] : [`Secret, shown only now: ${clientSecret}`]),
]

const described = (client: OAuthClient): string[] =>
  [
    ['Id', client.clientId],
    ['Name', client.name],
    ['Status', client.status],
    ['Organisation', client.orgId ?? 'none: of the instance'],
    ['Described by', client.source],
    ['First party', client.firstParty ? 'yes' : 'no'],
    ['Authentication', client.tokenEndpointAuthMethod],
    ['Grant types', client.grantTypes.join(' ')],
    ...client.redirectUris.map((uri) => ['Redirect URI', uri]),
    ...client.postLogoutRedirectUris.map((uri) => ['After logout', uri]),
    ['Scopes', client.scopes?.join(' ') ?? 'every scope'],
    ['Audiences', client.audiences?.join(' ') ?? 'every audience'],
    ...client.secrets.map(({ id, hint, expiresAt }) => [
      'Secret',
      `${id}${hint === '' ? '' : ` …${hint}`}${expiresAt === null ? '' : `, until ${expiresAt}`}`,
    ]),
    ['Created', client.createdAt],
  ].map(([label = '', value = '']) => `${`${label}:`.padEnd(16)}${printable(value)}`)
