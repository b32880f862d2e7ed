import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import { iso } from '../../lib/iso-time.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'

export const ServiceAccountId = Type.String({
  pattern: '^sva_[0-9a-f]{32}$',
  examples: ['sva_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: HAS_VISIBLE_TEXT, examples: ['Nightly backup'] })
const Description = Type.String({ maxLength: 500, examples: ['Copies the files of all customers.'] })
const Roles = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  maxItems: 20,
  uniqueItems: true,
  examples: [['member']],
})
const Status = Type.Union([Type.Literal('active'), Type.Literal('disabled')], {
  description: 'The keys of a disabled account are refused.',
})

export const ServiceAccount = Type.Object(
  {
    id: ServiceAccountId,
    orgId: Type.Union([Type.String(), Type.Null()], { description: 'null: of the instance.', examples: [null] }),
    name: Name,
    description: Description,
    status: Status,
    roles: Type.Array(Type.String(), { examples: [['member']] }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: 'ServiceAccount', 'x-headers': ['ETag'] },
)
export type ServiceAccount = Static<typeof ServiceAccount>

/** A row with its roles. Times are ms UTC. */
export interface AccountRow {
  id: string
  orgId: string | null
  name: string
  description: string
  status: 'active' | 'disabled'
  roles: string[]
  version: number
  createdAt: number
  updatedAt: number
}

/** The account that the API shows. */
export const toServiceAccount = (row: AccountRow): ServiceAccount => ({
  id: row.id,
  orgId: row.orgId,
  name: row.name,
  description: row.description,
  status: row.status,
  roles: row.roles,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
})

export const CreateServiceAccount = Type.Object(
  {
    name: Name,
    description: Type.Optional(Description),
    roles: Roles,
    orgId: Type.Optional(OrgId),
  },
  { additionalProperties: false, title: 'CreateServiceAccount' },
)
export type CreateServiceAccount = Static<typeof CreateServiceAccount>

export const UpdateServiceAccount = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    roles: Type.Optional(Roles),
    status: Type.Optional(Status),
  },
  { additionalProperties: false, minProperties: 1, title: 'UpdateServiceAccount' },
)
export type UpdateServiceAccount = Static<typeof UpdateServiceAccount>

export const ServiceAccountParams = t.Object({ id: ServiceAccountId })
export const ServiceAccountPage = pageOf(ServiceAccount, 'ServiceAccountPage')
export const ListServiceAccounts = t.Object({ ...pageQuery, orgId: t.Optional(OrgId) }, { additionalProperties: false })
export type ListServiceAccounts = Static<typeof ListServiceAccounts>

export const IfMatch = ifMatch('service account')
