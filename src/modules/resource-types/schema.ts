import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { iso } from '../../lib/iso-time.ts'
import { OrgId } from '../permissions/schema.ts'

export const ResourceTypeName = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,63}$',
  description: 'A noun.',
  examples: ['invoice'],
})

/** `id` and `type` are attributes of every resource. */
const ATTRIBUTE = '^(?!(?:id|type)$)[A-Za-z][A-Za-z0-9_]{0,63}$'

const AttributeType = Type.Union(
  [
    Type.Literal('string'),
    Type.Literal('int'),
    Type.Literal('double'),
    Type.Literal('bool'),
    Type.Literal('list'),
    Type.Literal('timestamp'),
  ],
  { description: 'A timestamp is a string (RFC 3339), which `timestamp(…)` reads in a condition.' },
)

const Attributes = Type.Record(Type.String({ pattern: ATTRIBUTE }), AttributeType, {
  additionalProperties: false,
  maxProperties: 50,
  description: 'The type of each attribute. Every resource also has `id` and `type`.',
  examples: [{ amount: 'int', paidAt: 'timestamp', tags: 'list' }],
})

const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })

export const ResourceType = Type.Object(
  { name: ResourceTypeName, attributes: Attributes, createdAt: Timestamp, updatedAt: Timestamp },
  { title: 'ResourceType' },
)
export type ResourceType = Static<typeof ResourceType>

/** Complete: there are at most 200. */
export const ResourceTypeList = Type.Object(
  {
    items: Type.Array(ResourceType),
    nextCursor: Type.Null({ description: 'The list is complete.', examples: [null] }),
  },
  { title: 'ResourceTypeList' },
)

export const ListResourceTypes = t.Object(
  {
    orgId: t.Optional({
      ...OrgId,
      description: 'With it, the permission `resource-types:read` in this organisation is enough.',
    }),
  },
  { additionalProperties: false },
)

export const CreateResourceType = Type.Object(
  { name: ResourceTypeName, attributes: Attributes },
  { additionalProperties: false, title: 'CreateResourceType' },
)
export type CreateResourceType = Static<typeof CreateResourceType>

export const UpdateResourceType = Type.Object(
  { attributes: Attributes },
  { additionalProperties: false, title: 'UpdateResourceType' },
)
export type UpdateResourceType = Static<typeof UpdateResourceType>

export const ResourceTypeParams = t.Object({ name: ResourceTypeName })

/** The type that the API shows. */
export const toResourceType = ({
  name,
  attributes,
  createdAt,
  updatedAt,
}: {
  name: string
  attributes: Record<string, string>
  createdAt: number
  updatedAt: number
}): ResourceType => ({
  name,
  attributes: attributes as ResourceType['attributes'], // as this schema let them in
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
})
