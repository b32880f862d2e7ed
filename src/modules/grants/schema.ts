import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { iso } from '../../lib/iso-time.ts'

const idOf = (prefix: string) =>
  Type.String({ pattern: `^${prefix}_[0-9a-f]{32}$`, examples: [`${prefix}_0190a5e0c5f87d3cb3a4c1f2e5d60718`] })
const GrantId = idOf('grt')
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })

export const Grant = Type.Object(
  {
    id: GrantId,
    client: Type.Object({
      id: Type.String({
        description: '`client_id`. Of a client with a metadata document it is the URL of the document.',
        examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
      }),
      name: Type.String({ examples: ['Notes'] }),
      host: Type.Union([Type.String(), Type.Null()], {
        description: 'The host that gets the answers. null: an app on the device of the person.',
        examples: ['app.example.com'],
      }),
    }),
    scopes: Type.Record(Type.String(), Type.Array(Type.String()), {
      description: 'The scopes by resource. The scopes of OpenID Connect belong to our own URL.',
      examples: [{ 'https://id.example.com': ['openid', 'email'] }],
    }),
    details: Type.Array(Type.Object({}, { additionalProperties: true }), {
      description: '`authorization_details` (RFC 9396).',
      examples: [[]],
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    lastUsedAt: Type.Union([Timestamp, Type.Null()], {
      description: 'When the client last got tokens. null: it never did, or long ago.',
    }),
  },
  { title: 'Grant' },
)
export type Grant = Static<typeof Grant>

export const GrantPage = pageOf(Grant, 'GrantPage')
export const GrantParams = t.Object({ id: GrantId })
export const UserGrantParams = t.Object({ id: idOf('usr'), grantId: GrantId })
export const ListGrants = t.Object(pageQuery, { additionalProperties: false })

export interface GrantRow {
  id: string
  client: { id: string; name: string; source: string; redirectUris: readonly string[] }
  scopes: Record<string, string[]>
  details: Record<string, unknown>[]
  createdAt: number
  updatedAt: number
  lastUsedAt: number | null
}

export const toGrant = ({ client, createdAt, updatedAt, lastUsedAt, ...row }: GrantRow): Grant => ({
  ...row,
  client: { id: client.id, name: client.name, host: hostOf(client) },
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
  lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
})

function hostOf({ id, source, redirectUris }: GrantRow['client']): string | null {
  const url = source === 'metadata' ? id : redirectUris.find((uri) => uri.startsWith('https:'))
  return url !== undefined && URL.canParse(url) ? new URL(url).host : null
}
