/**
 * Commands that are one call of the API, as data: what an operator looks for by its name. They print JSON, a list one object a
 * line. What they leave out, `cli api` has.
 */
import type { ArgsDef } from 'citty'
import { isRecord } from '../../lib/is-record.ts'
import type { apiMethods } from '../api-operation.ts'
import { bodyOf, bodyOption, callApi, eachItem } from './api.ts'
import { type CommandContext, type CommandGroup, command, UsageError } from './command.ts'
import { program } from './program.ts'

/** How the value of an option becomes a field of the body: words between commas, or a truth. */
type Field = 'text' | 'words' | 'truth'

interface RouteCommand {
  call: `${(typeof apiMethods)[number]} /${string}`
  about: string
  /** Options that are fields of the body, which `--data` has too. */
  fields?: Readonly<Record<string, Field>>
  /** Options that are parameters of the query. */
  query?: readonly string[]
}

const roleFields = { permissions: 'words', inherits: 'text', mfaRequired: 'truth' } as const
const ruleFields = {
  name: 'text',
  effect: 'text',
  permissions: 'words',
  resourceType: 'text',
  condition: 'text',
} as const
const webhookFields = { url: 'text', events: 'words', name: 'text', format: 'text' } as const

const roleCommands = (path: `/${string}`): Readonly<Record<string, RouteCommand>> => ({
  list: { call: `GET ${path}`, about: 'List the roles.' },
  create: { call: `POST ${path}`, about: 'Create a role.', fields: { name: 'text', ...roleFields } },
  change: { call: `PATCH ${path}/:role`, about: 'Change a role.', fields: roleFields },
  delete: { call: `DELETE ${path}/:role`, about: 'Delete a role.' },
})

const groups: Readonly<Record<string, { about: string; commands: Readonly<Record<string, RouteCommand>> }>> = {
  roles: { about: 'Roles of the instance', commands: roleCommands('/v1/roles') },
  'org-roles': { about: 'Roles of an organisation', commands: roleCommands('/v1/orgs/:org/roles') },
  policies: {
    about: 'Rules',
    commands: {
      list: { call: 'GET /v1/policies', about: 'List the rules.', query: ['orgId'] },
      show: { call: 'GET /v1/policies/:id', about: 'Show a rule.' },
      create: { call: 'POST /v1/policies', about: 'Create a rule.', fields: { ...ruleFields, orgId: 'text' } },
      change: { call: 'PATCH /v1/policies/:id', about: 'Change a rule.', fields: ruleFields },
      delete: { call: 'DELETE /v1/policies/:id', about: 'Delete a rule.' },
    },
  },
  permissions: {
    about: 'Permissions of your applications',
    commands: {
      list: { call: 'GET /v1/permissions', about: 'List the permissions.', query: ['orgId'] },
      create: { call: 'POST /v1/permissions', about: 'Create one.', fields: { name: 'text', description: 'text' } },
      delete: { call: 'DELETE /v1/permissions/:name', about: 'Delete one.' },
    },
  },
  members: {
    about: 'Members of an organisation',
    commands: {
      list: { call: 'GET /v1/orgs/:org/members', about: 'List the members.', query: ['role', 'q'] },
      'set-roles': {
        call: 'PATCH /v1/orgs/:org/members/:user',
        about: 'Give a member these roles and no others.',
        fields: { roles: 'words' },
      },
      remove: { call: 'DELETE /v1/orgs/:org/members/:user', about: 'Remove a member.' },
    },
  },
  invitations: {
    about: 'Invitations to an organisation',
    commands: {
      list: { call: 'GET /v1/orgs/:org/invitations', about: 'List the open invitations.' },
      create: {
        call: 'POST /v1/orgs/:org/invitations',
        about: 'Invite a person by mail.',
        fields: { email: 'text', roles: 'words' },
      },
      resend: { call: 'POST /v1/orgs/:org/invitations/:id/resend', about: 'Send the mail again.' },
      revoke: { call: 'DELETE /v1/orgs/:org/invitations/:id', about: 'End an invitation.' },
    },
  },
  sessions: {
    about: 'Sessions of a user',
    commands: {
      list: { call: 'GET /v1/users/:user/sessions', about: 'List the sessions.' },
      end: { call: 'DELETE /v1/users/:user/sessions/:id', about: 'End one session.' },
      'end-all': { call: 'DELETE /v1/users/:user/sessions', about: 'End every session.' },
    },
  },
  webhooks: {
    about: 'Webhooks',
    commands: {
      list: { call: 'GET /v1/webhooks', about: 'List the endpoints.', query: ['orgId'] },
      show: { call: 'GET /v1/webhooks/:id', about: 'Show an endpoint.' },
      create: {
        call: 'POST /v1/webhooks',
        about: 'Create an endpoint. Its secret is shown once.',
        fields: { ...webhookFields, orgId: 'text' },
      },
      change: {
        call: 'PATCH /v1/webhooks/:id',
        about: 'Change an endpoint. --status active or disabled.',
        fields: { ...webhookFields, status: 'text' },
      },
      delete: { call: 'DELETE /v1/webhooks/:id', about: 'Delete an endpoint.' },
      test: { call: 'POST /v1/webhooks/:id/test', about: 'Send a test event.' },
      deliveries: {
        call: 'GET /v1/webhooks/:id/deliveries',
        about: 'List what was sent.',
        query: ['state', 'eventType', 'eventId'],
      },
      replay: {
        call: 'POST /v1/webhooks/:id/replay',
        about: 'Send what failed or was missed again.',
        fields: { since: 'text', until: 'text', only: 'text' },
      },
      'rotate-secret': {
        call: 'POST /v1/webhooks/:id/rotate-secret',
        about: 'Make a new secret, shown once.',
        fields: { overlapUntil: 'text' },
      },
    },
  },
  notifications: {
    about: 'Notifications',
    commands: {
      list: { call: 'GET /v1/notifications', about: 'List what was sent.', query: ['orgId'] },
      send: {
        call: 'POST /v1/notifications',
        about: 'Send one. --data names the people: {"to":[{"role":"admin"}]}.',
        fields: { title: 'text', body: 'text', kind: 'text' },
      },
      retract: { call: 'DELETE /v1/notifications/:id', about: 'Take one back.' },
    },
  },
}

/** The groups of these commands, by name. */
export const routeCommands = (context: CommandContext): Record<string, CommandGroup> =>
  Object.fromEntries(
    Object.entries(groups).map(([name, { about, commands }]) => [
      name,
      {
        meta: { name: `${program} ${name}`, description: `${about}: ${Object.keys(commands).join(', ')}.` },
        subCommands: Object.fromEntries(
          Object.entries(commands).map(([verb, declared]) => [verb, routeCommand(context, verb, declared)]),
        ),
      },
    ]),
  )

/** What names a thing in the path. */
const PLACES: Readonly<Record<string, string>> = {
  org: 'Id or slug of the organisation.',
  user: 'Id or e-mail.',
  role: 'The name of the role.',
  name: 'The name of the permission.',
  id: 'The id.',
}

function routeCommand(context: CommandContext, name: string, { call, about, fields, query = [] }: RouteCommand) {
  const [method, route] = call.split(' ') as [(typeof apiMethods)[number], string] // as its type says
  const places = [...route.matchAll(/:(\w+)/g)].map(([, place = '']) => place)
  const args: ArgsDef = {
    ...Object.fromEntries(
      places.map((place) => [place, { type: 'positional', required: true, description: PLACES[place] ?? '' } as const]),
    ),
    ...Object.fromEntries(
      Object.entries(fields ?? {}).map(([field, kind]) => [
        optionOf(field),
        { type: 'string', valueHint: HINTS[kind] } as const,
      ]),
    ),
    ...Object.fromEntries(query.map((parameter) => [optionOf(parameter), { type: 'string' } as const])),
    ...(fields === undefined ? {} : bodyOption),
  }
  return command({
    name,
    description: about,
    args,
    async run(given) {
      const valuesOf = async (names: readonly string[]): Promise<[name: string, value: string][]> => {
        const found: [string, string][] = []
        for (const one of names) {
          const value: unknown = given[optionOf(one)]
          if (typeof value === 'string') found.push([one, await idOf(context, one, value)])
        }
        return found
      }
      // A URL has no such part: it would be the path above, which deletes the organisation in the place of a member.
      for (const place of places)
        if (/^\.{0,2}$/.test(String(given[place]).trim())) throw new UsageError(`${place.toUpperCase()} needs a value.`)
      const parts = await valuesOf(places)
      const plain = parts.reduce((to, [place, value]) => to.replace(`:${place}`, encodeURIComponent(value)), route)
      const asked = await valuesOf(query)
      const path = asked.length === 0 ? plain : `${plain}?${new URLSearchParams(asked)}`
      if (method === 'GET' && !/:\w+$/.test(route)) return eachItem(context, path) // of many things, not of one
      if (fields === undefined) return callApi(context, { method, path })
      const { body = {} } = await bodyOf(typeof given.data === 'string' ? given.data : undefined, context.terminal)
      if (!isRecord(body) || Array.isArray(body))
        throw new UsageError('--data must be a JSON object, such as {"name":"x"}.')
      const chosen = (await valuesOf(Object.keys(fields))).map(([field, value]) => [
        field,
        fieldOf(fields[field] ?? 'text', value, field),
      ])
      await callApi(context, { method, path, body: { ...body, ...Object.fromEntries(chosen) } })
    },
  })
}

const HINTS = { text: 'TEXT', words: 'A,B,…', truth: 'true|false' } as const

/** `mfaRequired` is `--mfa-required`, and `orgId` is `--org`. */
const optionOf = (field: string): string =>
  field === 'orgId' ? 'org' : field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function fieldOf(kind: Field, value: string, field: string): unknown {
  if (kind === 'text') return value
  if (kind === 'words') return value.split(',').map((word) => word.trim())
  if (value !== 'true' && value !== 'false') throw new UsageError(`--${optionOf(field)} is true or false.`)
  return value === 'true'
}

/** Requests have ids; people know slugs and addresses. */
async function idOf({ ask }: CommandContext, name: string, given: string): Promise<string> {
  if ((name === 'org' || name === 'orgId') && !given.startsWith('org_'))
    for await (const reply of ask('orgs.show', { org: given }))
      if ('item' in reply && 'org' in reply.item) return reply.item.org.id
  if (name === 'user' && given.includes('@'))
    for await (const reply of ask('users.show', { user: given })) if ('item' in reply) return reply.item.id
  return given
}
