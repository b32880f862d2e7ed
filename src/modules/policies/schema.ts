import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { ifMatch } from '../../core/conditions/schema.ts'
import { iso } from '../../lib/iso-time.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'
import { OrgId, PermissionName } from '../permissions/schema.ts'
import { ResourceTypeName } from '../resource-types/schema.ts'

const PolicyId = Type.String({ pattern: '^pol_[0-9a-f]{32}$', examples: ['pol_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const PolicyName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: HAS_VISIBLE_TEXT,
  examples: ['large invoices'],
})
const Effect = Type.Union([Type.Literal('allow'), Type.Literal('deny')], {
  description: 'A deny rule wins over every role and every allow rule.',
})
const Permissions = Type.Array(PermissionName, {
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
  description: 'The permissions that the rule is about.',
  examples: [['invoices:approve']],
})
const Condition = Type.String({
  minLength: 1,
  maxLength: 4_000,
  description: 'CEL over `actor`, `resource` and `context`, at most 1,000 characters. Its result is a bool.',
  examples: ['resource.amount > 1000 && !("paid" in resource.tags)'],
})
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })

export const Policy = Type.Object(
  {
    id: PolicyId,
    name: PolicyName,
    effect: Effect,
    permissions: Type.Array(Type.String(), { examples: [['invoices:approve']] }),
    resourceType: Type.Optional(
      Type.String({ description: 'Absent: resources of every type.', examples: ['invoice'] }),
    ),
    condition: Condition,
    orgId: Type.Optional(Type.String({ description: 'Absent: a rule of the instance.', examples: OrgId.examples })),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  // Every answer that is a single rule has its version in the ETag header.
  { title: 'Policy', 'x-headers': ['ETag'] },
)
export type Policy = Static<typeof Policy>

/** Complete: a scope has at most 100. */
export const PolicyList = Type.Object(
  { items: Type.Array(Policy), nextCursor: Type.Null({ description: 'The list is complete.', examples: [null] }) },
  { title: 'PolicyList' },
)

export const ListPolicies = t.Object(
  { orgId: t.Optional({ ...OrgId, description: 'The organisation. Absent: the rules of the instance.' }) },
  { additionalProperties: false },
)

export const CreatePolicy = Type.Object(
  {
    name: PolicyName,
    effect: Effect,
    permissions: Permissions,
    resourceType: Type.Optional(ResourceTypeName),
    condition: Condition,
    orgId: Type.Optional({ ...OrgId, description: 'The organisation. Absent: a rule of the instance.' }),
  },
  { additionalProperties: false, title: 'CreatePolicy' },
)
export type CreatePolicy = Static<typeof CreatePolicy>

export const UpdatePolicy = Type.Object(
  {
    name: Type.Optional(PolicyName),
    effect: Type.Optional(Effect),
    permissions: Type.Optional(Permissions),
    resourceType: Type.Optional(
      Type.Union([ResourceTypeName, Type.Null()], { description: 'Null: resources of every type.', examples: [null] }),
    ),
    condition: Type.Optional(Condition),
  },
  { additionalProperties: false, minProperties: 1, title: 'UpdatePolicy' },
)
export type UpdatePolicy = Static<typeof UpdatePolicy>

export const PolicyParams = t.Object({ id: PolicyId })

export const IfMatchPolicy = t.Object(ifMatch('rule'))

interface PolicyFields {
  id: string
  orgId: string | null
  name: string
  effect: 'allow' | 'deny'
  permissions: string[]
  resourceType: string | null
  condition: string
  createdAt: number
  updatedAt: number
}

/** The rule that the API shows. */
export const toPolicy = (rule: PolicyFields): Policy => ({
  id: rule.id,
  name: rule.name,
  effect: rule.effect,
  permissions: rule.permissions,
  ...(rule.resourceType === null ? {} : { resourceType: rule.resourceType }),
  condition: rule.condition,
  ...(rule.orgId === null ? {} : { orgId: rule.orgId }),
  createdAt: iso(rule.createdAt),
  updatedAt: iso(rule.updatedAt),
})
