import type { Explained } from '../../modules/authz/explain-decision.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError } from './command.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

export const authzCommands = (context: CommandContext): CommandGroup => ({
  meta: { name: `${program} authz`, description: 'Authorization: explain.' },
  subCommands: { explain: explainCommand(context) },
})

const explainCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'explain',
    description: 'Say whether a user may do something, what decides, and one change that would allow it.',
    args: {
      user: { type: 'string', required: true, description: 'Id or e-mail.' },
      permission: { type: 'string', required: true, description: 'Such as invoices:approve.' },
      org: { type: 'string', description: 'The slug of the organisation.' },
      resource: { type: 'string', valueHint: 'TYPE[:ID]', description: 'Default: the noun of the permission.' },
      property: {
        type: 'string',
        valueHint: 'k=v,…',
        description: 'Attributes of the resource. true, false and numbers are such values.',
      },
      ...jsonOption,
    },
    async run({ user, permission, org, resource, property, json }) {
      const input = {
        user,
        permission,
        ...(org === undefined ? {} : { org }),
        ...(resource === undefined ? {} : { resource: parseResource(resource) }),
        ...(property === undefined ? {} : { properties: parseProperties(property) }),
      }
      for await (const reply of ask('authz.explain', input)) {
        if (!('item' in reply)) continue
        if (json) terminal.out(JSON.stringify(reply.item))
        else for (const line of sentences(reply.item, { permission, org })) terminal.out(printable(line))
      }
    },
  })

function parseResource(text: string): { type: string; id?: string } {
  const [type = '', ...rest] = text.split(':')
  if (type === '') throw new UsageError('--resource needs a type, such as invoice or invoice:inv-2041.')
  return rest.length === 0 ? { type } : { type, id: rest.join(':') }
}

function parseProperties(text: string): Record<string, unknown> {
  const pairs = text.split(',').map((pair): [string, unknown] => {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError('--property needs name=value, several separated by commas.')
    return [pair.slice(0, at).trim(), typed(pair.slice(at + 1))]
  })
  return Object.fromEntries(pairs)
}

function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
}

/** The explanation in words. */
export function sentences(
  { email, decision, decidedBy, facts, change }: Explained & { email: string },
  { permission, org }: { permission: string; org: string | undefined },
): string[] {
  const where = org === undefined ? 'in the instance' : `in ${org}`
  return [
    `${decision ? 'Allowed' : 'Denied'}: ${permission} for ${email} ${where}.`,
    `Decided by: ${reason(decidedBy)}`,
    ...facts.map(
      ({ path, value }) => `  ${path} ${value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`}`,
    ),
    ...(decision
      ? []
      : [
          change === null
            ? 'No single change is known that would allow it.'
            : `It would be allowed with ${words(change)}.`,
        ]),
  ]
}

function reason(decidedBy: Explained['decidedBy']): string {
  switch (decidedBy.kind) {
    case 'role':
      return `the role ${decidedBy.role} ${scope(decidedBy.orgId)}.`
    case 'policy': {
      const rule = `the ${decidedBy.effect} rule "${decidedBy.name}" (${decidedBy.id})`
      if (decidedBy.reason === 'missing') return `${rule}, which reads the missing field ${decidedBy.missing}.`
      return decidedBy.reason === 'error' ? `${rule}, which could not be evaluated.` : `${rule}.`
    }
    case 'scope':
      return `the API key, which lacks the scope ${decidedBy.permission}.`
    case 'requirement':
      return `a requirement: ${decidedBy.code}.`
    case 'default':
      return 'no role and no rule allows it.'
  }
}

const scope = (orgId: string | null): string => (orgId === null ? 'of the instance' : 'of the organisation')

function words(change: NonNullable<Explained['change']>): string {
  switch (change.kind) {
    case 'attribute':
      return `${change.path} = ${JSON.stringify(change.value)}`
    case 'role':
      return `the role ${change.role} ${scope(change.orgId)}`
    case 'membership':
      return `a membership in the organisation with the role ${change.role}`
    case 'permission':
      return 'role' in change
        ? `the permission ${change.permission} for the role ${change.role} ${scope(change.orgId)}`
        : `the scope ${change.permission} for the API key`
  }
}
