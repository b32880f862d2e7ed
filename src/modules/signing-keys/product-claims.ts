/** Claims of access tokens for the APIs of products: who the user is and may do, without another request. */

import type { ProductClaimName } from '../../config/access-token-claims.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { permissionsHash } from '../../core/authz/permissions-hash.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import type { Deps } from '../../deps.ts'
import { utf8 } from '../../lib/encoding.ts'
import type { AccessTokenSubject } from './access-tokens.ts'

/** The most bytes of these claims as JSON. */
const MAX_BYTES = 1024

/**
 * `roles`: the roles in the instance. `org_id`, `org_role`: the active organisation and the roles there, with blanks
 * between them. `amr`: RFC 8176. `acr`: `aal2` after a second factor, else `aal1` (NIST SP 800-63B). `email_verified`:
 * OpenID Connect Core §5.1.
 *
 * If the claims are longer than 1 KB, `permissions_hash` stands in the place of the roles. It is the hash that
 * `GET /v1/me/permissions` returns with the permissions.
 */
export async function productClaims(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  subject: AccessTokenSubject,
): Promise<Record<string, unknown>> {
  const { user, amr, org } = subject
  const all: Record<ProductClaimName, unknown> = {
    roles: user.roles,
    org_id: org?.id,
    org_role: org?.roles.join(' '),
    amr,
    acr: amr.includes('mfa') ? 'aal2' : 'aal1',
    email_verified: user.emailVerified,
  }
  const claims = Object.fromEntries(
    deps.config.accessTokenClaims.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
  )
  if (utf8(JSON.stringify(claims)).length <= MAX_BYTES) return claims
  const { roles: _, org_role: __, ...rest } = claims
  return { ...rest, permissions_hash: await permissionsHash(await permissionsOf(deps, subject)) }
}

async function permissionsOf(
  deps: Pick<Deps, 'db' | 'principals'>,
  { user, org }: AccessTokenSubject,
): Promise<ReadonlySet<string>> {
  const scopes = await scopesById(deps, org === null ? [INSTANCE] : [INSTANCE, org.id])
  const granted = (id: string, roles: readonly string[]) =>
    roles.flatMap((role) => [...(scopes.get(id)?.policies.permissionsByRole.get(role) ?? [])])
  return new Set([...granted(INSTANCE, user.roles), ...(org === null ? [] : granted(org.id, org.roles))])
}
