/** Resources as the endpoints of OAuth read them: the APIs that accept our access tokens, and our own API. */
import type { DetailType, ResourceScope } from '../../../db/tables/index.ts'
import { orgPermissions, permissions } from '../../core/permissions.ts'
import type { Deps } from '../../deps.ts'
import { resourceRow } from './find-queries.ts'

export interface Resource {
  audience: string
  name: string
  orgId: string | null
  scopes: readonly ResourceScope[]
  detailTypes: readonly DetailType[]
  /** Null: ACCESS_TTL_SECONDS. */
  accessTtlSeconds: number | null
}

/** The scopes of OpenID Connect Core §5.4, §11. */
export const OPENID_SCOPES: readonly ResourceScope[] = [
  { name: 'openid', description: 'Know who you are' },
  { name: 'profile', description: 'See your name, username and language' },
  { name: 'email', description: 'See your e-mail address' },
  { name: 'offline_access', description: 'Keep access while you are away' },
]

/** Our own API. Its audience is the issuer, and its scopes are those of OpenID Connect and every permission. */
export const ownResource = ({ appUrl, brandName }: Deps['config']): Resource => ({
  audience: appUrl,
  name: brandName,
  orgId: null,
  scopes: [
    ...OPENID_SCOPES,
    ...[...new Set([...permissions, ...Object.keys(orgPermissions)])].map((name) => ({ name, description: name })),
  ],
  detailTypes: [],
  accessTtlSeconds: null,
})

/**
 * The resource with this audience, from memory or in one round trip. Undefined if there is none. The text is compared as
 * it is (RFC 8707 §2). A change of a resource names its audience in `forget` of its event.
 */
export async function findResource(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  audience: string,
): Promise<Resource | undefined> {
  const { config, db, principals } = deps
  if (audience === config.appUrl) return ownResource(config)
  return (
    principals.record<Resource>('resource', audience) ??
    principals.loadRecord('resource', audience, async () => (await resourceRow(db, audience))[0])
  )
}

/**
 * Whether an administrator registered the client as a server of this audience. Anybody can make an organisation, and name any
 * audience there: its clients are the servers of its own resources alone. From memory or in one round trip.
 */
export async function isServerOf(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  { audiences, orgId }: { audiences: readonly string[] | null; orgId: string | null },
  audience: string,
): Promise<boolean> {
  if (audiences?.includes(audience) !== true) return false
  return orgId === null || (await findResource(deps, audience))?.orgId === orgId
}
