import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { OrgSettings, settingsOf, UpdateOrgSettings } from '../../core/authz/org-settings.ts'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import { iso } from '../../lib/iso-time.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'

export const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const OrgName = Type.String({ minLength: 1, maxLength: 100, pattern: HAS_VISIBLE_TEXT, examples: ['Acme'] })
const Slug = Type.String({
  minLength: 2,
  maxLength: 63,
  pattern: '^[a-z0-9](?:[a-z0-9-]*[a-z0-9])$',
  description: 'Unique on the server. Small letters, digits and hyphens.',
  examples: ['acme'],
})

export const Org = Type.Object(
  {
    id: OrgId,
    name: OrgName,
    slug: Slug,
    settings: OrgSettings,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    deletedAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'Present in the 30 days after the deletion, in which an owner can restore the organisation.',
        examples: ['2026-07-09T12:00:00.000Z'],
      }),
    ),
  },
  { title: 'Org', 'x-headers': ['ETag'] },
)
export type Org = Static<typeof Org>

interface OrgFields {
  id: string
  name: string
  slug: string
  settings: Readonly<Record<string, unknown>>
  createdAt: number
  updatedAt: number
  deletedAt: number | null
}

/** The organisation that the API shows. */
export const toOrg = (org: OrgFields): Org => ({
  id: org.id,
  name: org.name,
  slug: org.slug,
  settings: settingsOf(org),
  createdAt: iso(org.createdAt),
  updatedAt: iso(org.updatedAt),
  ...(org.deletedAt === null ? {} : { deletedAt: iso(org.deletedAt) }),
})

export const CreateOrg = Type.Object(
  { name: OrgName, slug: Type.Optional(Slug) },
  { additionalProperties: false, title: 'CreateOrg' },
)
export type CreateOrg = Static<typeof CreateOrg>

export const UpdateOrg = Type.Object(
  { name: Type.Optional(OrgName), slug: Type.Optional(Slug), settings: Type.Optional(UpdateOrgSettings) },
  { additionalProperties: false, minProperties: 1, title: 'UpdateOrg' },
)
export type UpdateOrg = Static<typeof UpdateOrg>

export const OrgParams = t.Object({ id: OrgId })

export const IfMatchOrg = t.Object(ifMatch('organisation'))

export const TransferOrg = Type.Object(
  { userId: Type.String({ pattern: '^usr_[0-9a-f]{32}$', examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }) },
  { additionalProperties: false, title: 'TransferOrg' },
)

export const OrgPage = pageOf(Org, 'OrgPage')

export const ListOrgs = t.Object(
  {
    ...pageQuery,
    q: t.Optional(
      t.String({
        minLength: 1,
        maxLength: 100,
        description: 'The beginning of the slug or of the name. Case does not matter for A to Z.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ListOrgs = Static<typeof ListOrgs>

export const OwnOrgs = pageOf(
  Type.Object(
    {
      org: Org,
      roles: Type.Array(Type.String(), { description: 'My roles there.', examples: [['owner']] }),
      active: Type.Boolean({
        description: 'Whether this session acts in it: POST /v1/me/active-org.',
        examples: [false],
      }),
    },
    { title: 'OwnOrg' },
  ),
  'OwnOrgs',
)
export const ListOwnOrgs = t.Object(
  { ...pageQuery, limit: t.Integer({ minimum: 1, maximum: 100, default: 100 }) },
  { additionalProperties: false },
)

/** The organisations of another person. Their settings are for who may read organisations. */
export const UserOrgs = pageOf(
  Type.Object(
    {
      org: Type.Object({ id: OrgId, name: OrgName, slug: Slug }),
      roles: Type.Array(Type.String(), { description: 'The roles of the user there.', examples: [['owner']] }),
    },
    { title: 'UserOrg' },
  ),
  'UserOrgs',
)
