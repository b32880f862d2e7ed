import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { iso } from '../../lib/iso-time.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'
import { MAX_KEY_LENGTH } from './key-text.ts'

const idOf = (prefix: string) =>
  Type.String({ pattern: `^${prefix}_[0-9a-f]{32}$`, examples: [`${prefix}_0190a5e0c5f87d3cb3a4c1f2e5d60718`] })
export const ApiKeyId = idOf('apk')
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: HAS_VISIBLE_TEXT, examples: ['Backup'] })
export const Scope = Type.String({
  maxLength: 64,
  pattern: '^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*$',
  examples: ['users:read'],
})
const Scopes = Type.Array(Scope, { minItems: 1, maxItems: 100, uniqueItems: true, examples: [['users:read']] })
const Networks = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  minItems: 1,
  maxItems: 50,
  description: 'Addresses and CIDR ranges from which the key works.',
  examples: [['198.51.100.0/24']],
})
const Form = Type.Union([Type.Literal('opaque'), Type.Literal('signed')])
const PerMinute = Type.Integer({ minimum: 1, maximum: 10_000_000, examples: [600] })
const Metadata = Type.Record(
  Type.String({ pattern: '^[\\w.-]{1,64}$' }),
  Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean(), Type.Null()]),
  { maxProperties: 20, additionalProperties: false, examples: [{}] },
)

const fields = {
  id: ApiKeyId,
  name: Name,
  form: Form,
  hint: Type.String({ description: 'The last characters of the key.', examples: ['x9Kd'] }),
  userId: Type.Union([Type.String(), Type.Null()], { description: 'The person who owns the key.', examples: [null] }),
  serviceAccountId: Type.Union([Type.String(), Type.Null()], {
    description: 'The service account that owns the key. null with `userId` null: the organisation owns it.',
    examples: [null],
  }),
  orgId: Type.Union([Type.String(), Type.Null()], {
    description: 'The organisation in which alone the key works.',
    examples: [null],
  }),
  createdBy: Type.Union([Type.String(), Type.Null()], {
    description: 'Who made the key. null: the operator.',
    examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
  }),
  scopes: Type.Array(Type.String(), { examples: [['users:read']] }),
  networks: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'null: the key works from everywhere.',
    examples: [null],
  }),
  requestsPerMinute: Type.Union([Type.Integer(), Type.Null()], {
    description: 'null: the key has no limit of its own.',
    examples: [null],
  }),
  metadata: Type.Object({}, { additionalProperties: true, examples: [{}] }),
  createdAt: Timestamp,
  expiresAt: Type.Union([Timestamp, Type.Null()], { description: 'null: it does not expire.' }),
  lastUsedAt: Type.Union([Timestamp, Type.Null()], { description: 'Exact to a minute. null: it was never used.' }),
  replaces: Type.Union([Type.String(), Type.Null()], {
    description: 'The key that this one replaced (`POST /v1/api-keys/{id}/rotate`).',
    examples: [null],
  }),
}

export const ApiKey = Type.Object(fields, { title: 'ApiKey' })
export type ApiKey = Static<typeof ApiKey>

export const CreatedApiKey = Type.Object(
  {
    ...fields,
    key: Type.String({
      description: 'The key. It is shown once.',
      examples: ['tid_0Hc2vXrW1p5kT7bYqJ9sLfG3aQeUoIyNtRxVbEZm8DhKw4uP6'],
    }),
  },
  { title: 'CreatedApiKey' },
)
export type CreatedApiKey = Static<typeof CreatedApiKey>

/** What the API shows of a row. Times are ms UTC. */
export interface KeyRow {
  id: string
  name: string
  form: 'opaque' | 'signed'
  hint: string
  userId: string | null
  serviceAccountId: string | null
  orgId: string | null
  createdBy: string | null
  scopes: string[]
  networks: string[] | null
  requestsPerMinute: number | null
  metadata: Record<string, unknown>
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  replaces: string | null
}

/** The key that the API shows. */
export const toApiKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  form: row.form,
  hint: row.hint,
  userId: row.userId,
  serviceAccountId: row.serviceAccountId,
  orgId: row.orgId,
  createdBy: row.createdBy,
  scopes: row.scopes,
  networks: row.networks,
  requestsPerMinute: row.requestsPerMinute,
  metadata: row.metadata,
  createdAt: iso(row.createdAt),
  expiresAt: row.expiresAt === null ? null : iso(row.expiresAt),
  lastUsedAt: row.lastUsedAt === null ? null : iso(row.lastUsedAt),
  replaces: row.replaces,
})

export const CreateApiKey = Type.Object(
  {
    name: Name,
    scopes: Scopes,
    form: Type.Optional(
      Type.Union([Type.Literal('opaque'), Type.Literal('signed')], {
        description:
          'Absent: opaque. A signed key can be verified with the JWKS alone. It needs `expiresAt`, at most a year ahead.',
      }),
    ),
    expiresAt: Type.Optional(Type.String({ format: 'date-time', examples: ['2027-07-09T12:00:00.000Z'] })),
    networks: Type.Optional(Networks),
    orgId: Type.Optional(idOf('org')),
    serviceAccountId: Type.Optional(idOf('sva')),
    requestsPerMinute: Type.Optional(PerMinute),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, title: 'CreateApiKey' },
)
export type CreateApiKey = Static<typeof CreateApiKey>

export const RotateApiKey = Type.Object(
  {
    expiresAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'When the new key expires. Absent: it lives as long as the old one was made for.',
        examples: ['2027-07-09T12:00:00.000Z'],
      }),
    ),
    overlapUntil: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'The old key works until then, at most 30 days ahead. Absent: 24 hours. The present ends it at once.',
        examples: ['2026-07-10T12:00:00.000Z'],
      }),
    ),
  },
  { additionalProperties: false, title: 'RotateApiKey' },
)
export type RotateApiKey = Static<typeof RotateApiKey>

export const RevokeByValue = Type.Object(
  { key: Type.String({ minLength: 1, maxLength: MAX_KEY_LENGTH, examples: ['tid_…'] }) },
  { additionalProperties: false, title: 'RevokeApiKey' },
)

export const ApiKeyParams = t.Object({ id: ApiKeyId })
export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage')

export const ListApiKeys = t.Object(
  {
    ...pageQuery,
    orgId: t.Optional(idOf('org')),
    userId: t.Optional(idOf('usr')),
    serviceAccountId: t.Optional(idOf('sva')),
    all: t.Optional(t.Boolean({ description: 'Keys of every owner.' })),
  },
  { additionalProperties: false },
)
export type ListApiKeys = Static<typeof ListApiKeys>
