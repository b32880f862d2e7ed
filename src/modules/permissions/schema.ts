import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { orgPermissions, permissions } from '../../core/permissions.ts'

const PATTERN = '^[a-z][a-z0-9_-]{0,63}:[a-z][a-z0-9_-]{0,63}$'

export const PermissionName = Type.String({
  pattern: PATTERN,
  description: 'A noun and a verb.',
  examples: ['invoices:approve'],
})

export const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })

/** The names in a role, or in a rule. */
export const PermissionNames = Type.Array(PermissionName, {
  uniqueItems: true,
  maxItems: 200,
  examples: [['invoices:approve']],
})

export const ListedPermission = Type.Object(
  {
    name: PermissionName,
    description: Type.String({ examples: ['Approve invoices.'] }),
    builtIn: Type.Boolean({ description: 'True: a permission of this server. False: an application registered it.' }),
    validIn: Type.Array(Type.Union([Type.Literal('instance'), Type.Literal('organisation')]), {
      description: 'Which roles and rules can name it: those of the instance, those of an organisation.',
      examples: [['instance', 'organisation']],
    }),
  },
  { title: 'Permission' },
)
export type ListedPermission = Static<typeof ListedPermission>

/** Complete: there are at most 1,000 and those of this server. */
export const PermissionList = Type.Object(
  {
    items: Type.Array(ListedPermission),
    nextCursor: Type.Null({ description: 'The list is complete.', examples: [null] }),
  },
  { title: 'PermissionList' },
)

export const ListPermissions = t.Object(
  {
    orgId: t.Optional({
      ...OrgId,
      description: 'With it, the permission `permissions:read` in this organisation is enough.',
    }),
  },
  { additionalProperties: false },
)

export const CreatePermission = Type.Object(
  {
    name: PermissionName,
    description: Type.Optional(Type.String({ maxLength: 200, examples: ['Approve invoices.'] })),
  },
  { additionalProperties: false, title: 'CreatePermission' },
)
export type CreatePermission = Static<typeof CreatePermission>

export const PermissionParams = t.Object({ name: PermissionName })

/** The permissions of this server that roles and rules of the instance (null) or of an organisation can name. */
export const ownPermissions = (orgId: string | null): readonly string[] =>
  orgId === null ? permissions : Object.keys(orgPermissions)

/** Nouns of this server, now and as `docs/authorization.md` reserves them. */
const reserved = new Set([
  ...permissions.map((name) => name.split(':')[0] ?? ''),
  ...['access', 'api-keys', 'audit', 'authz', 'bulk', 'domains', 'emails', 'factors', 'grants', 'invitations', 'me'],
  ...[
    'impersonation',
    'members',
    'mfa',
    'notifications',
    'oauth-clients',
    'organisations',
    'orgs',
    'passkeys',
    'policies',
  ],
  ...[
    'providers',
    'realtime',
    'resource-types',
    'resources',
    'revocations',
    'service-accounts',
    'settings',
    'webhooks',
  ],
])

export const isReserved = (name: string): boolean => reserved.has(name.split(':')[0] ?? '')
