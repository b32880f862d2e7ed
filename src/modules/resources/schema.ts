import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'

const ResourceId = Type.String({ pattern: '^res_[0-9a-f]{32}$', examples: ['res_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Text = Type.String({ minLength: 1, maxLength: 200, pattern: HAS_VISIBLE_TEXT, examples: ['Make a payment'] })

const Audience = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'The `aud` of its access tokens, and the value of `resource` in requests (RFC 8707). An absolute URI.',
  examples: ['https://api.notes.example'],
})
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: HAS_VISIBLE_TEXT, examples: ['Notes API'] })
const Scopes = Type.Array(
  Type.Object(
    {
      /** RFC 6749 §3.3. */
      name: Type.String({ pattern: '^[!#-\\[\\]-~]{1,200}$', examples: ['notes:read'] }),
      description: Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: HAS_VISIBLE_TEXT,
        examples: ['Read your notes'],
      }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 100, description: 'People see the descriptions at consent.' },
)
const DetailTypes = Type.Array(
  Type.Object(
    {
      type: Type.String({ pattern: '^[!#-\\[\\]-~]{1,200}$', examples: ['payment_initiation'] }),
      description: Text,
      fields: Type.Array(Type.String({ pattern: '^[A-Za-z_][\\w-]{0,63}$' }), {
        maxItems: 30,
        uniqueItems: true,
        description: 'What an object of this type may have besides `type` and the common fields of RFC 9396 §2.2.',
        examples: [['instructedAmount', 'creditorName']],
      }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 20, description: 'The types of `authorization_details` that it understands (RFC 9396).' },
)
const Ttl = Type.Union([Type.Integer({ minimum: 30, maximum: 86_400 }), Type.Null()], {
  description: 'The lifetime of its access tokens in seconds. null: ACCESS_TTL_SECONDS.',
  examples: [null],
})

export const Resource = Type.Object(
  {
    id: ResourceId,
    audience: Audience,
    name: Name,
    orgId: Type.Union([Type.String(), Type.Null()], {
      description: 'The organisation that manages it. null: the instance.',
      examples: [null],
    }),
    scopes: Scopes,
    authorizationDetailsTypes: DetailTypes,
    accessTtlSeconds: Ttl,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: 'OAuthResource', 'x-headers': ['ETag'] },
)
export type Resource = Static<typeof Resource>

const given = {
  scopes: Type.Optional(Scopes),
  authorizationDetailsTypes: Type.Optional(DetailTypes),
  accessTtlSeconds: Type.Optional(Ttl),
}

export const CreateResource = Type.Object(
  { audience: Audience, name: Name, orgId: Type.Optional(OrgId), ...given },
  { additionalProperties: false, title: 'CreateOAuthResource' },
)
export type CreateResource = Static<typeof CreateResource>

export const UpdateResource = Type.Object(
  { name: Type.Optional(Name), ...given },
  { additionalProperties: false, minProperties: 1, title: 'UpdateOAuthResource' },
)
export type UpdateResource = Static<typeof UpdateResource>

export const ResourceParams = t.Object({ id: ResourceId })
export const ResourcePage = pageOf(Resource, 'OAuthResourcePage')
export const ListResources = t.Object({ ...pageQuery, orgId: t.Optional(OrgId) }, { additionalProperties: false })
export type ListResources = Static<typeof ListResources>

export const IfMatch = ifMatch('resource')
