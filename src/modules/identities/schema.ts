import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { iso } from '../../lib/iso-time.ts'
import { ProviderId, ReturnTo } from '../providers/schema.ts'
import { Timestamp } from '../users/schema.ts'

const IdentityId = Type.String({ pattern: '^idn_[0-9a-f]{32}$', examples: ['idn_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
export const LinkParams = t.Object({ provider: ProviderId })
export const IdentityParams = t.Object({ id: IdentityId })
export const BeginLink = Type.Object(
  { returnTo: Type.Optional(Type.String(ReturnTo)) },
  { additionalProperties: false, title: 'BeginLink' },
)

export const LinkBegun = Type.Object(
  {
    url: Type.String({
      format: 'uri',
      description: 'Send the browser to this URL within 10 minutes, with the cookie of this answer.',
      examples: ['https://accounts.google.com/o/oauth2/v2/auth?client_id=my-client&state=q3Zb0s3yq0yq3o1c2Wk8p5'],
    }),
  },
  { title: 'LinkBegun', 'x-headers': ['Set-Cookie'] },
)

/** Contains neither a token nor the subject: a client needs neither. */
export const Identity = Type.Object(
  {
    id: IdentityId,
    provider: ProviderId,
    providerName: Type.String({
      description: 'The name of the provider. If the provider is no longer configured: its id.',
      examples: ['Google'],
    }),
    email: Type.Union([Type.String(), Type.Null()], {
      description: 'The e-mail that the provider sent last. It helps to tell identities apart.',
      examples: ['ada@example.com'],
    }),
    usable: Type.Boolean({
      description: 'False if the provider is no longer configured: then the identity cannot sign in.',
    }),
    createdAt: Timestamp,
    lastUsedAt: Timestamp,
  },
  { title: 'Identity' },
)
export const Identities = Type.Object(
  { items: Type.Array(Identity, { maxItems: 50, description: 'The oldest first.' }) },
  { title: 'Identities' },
)
export type Identities = Static<typeof Identities>

/** A row of `identitiesOf`. */
interface IdentityRow {
  id: string
  provider: string
  email: string | null
  usable: boolean
  createdAt: number
  lastUsedAt: number
}

export const toIdentity = (row: IdentityRow, providers: readonly ProviderSettings[]): Static<typeof Identity> => ({
  id: row.id,
  provider: row.provider,
  providerName: providers.find(({ id }) => id === row.provider)?.name ?? row.provider,
  email: row.email,
  usable: row.usable,
  createdAt: iso(row.createdAt),
  lastUsedAt: iso(row.lastUsedAt),
})
