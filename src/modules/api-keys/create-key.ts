import type { SQL } from 'drizzle-orm'
import { stillHolds } from '../../core/authz/authority-queries.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { reaches, reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { INSTANCE, type Scope } from '../../core/authz/scope.ts'
import { always, both, type Cause } from '../../core/events/queries.ts'
import type { Actor, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { accountById } from '../service-accounts/queries.ts'
import { sessionLives } from '../sessions/queries.ts'
import { expiryOf, networksOf } from './key-terms.ts'
import { personBehind, requireReach } from './own-or-reached.ts'
import { accountIsIn, hasRoom, orgIsOpen } from './queries.ts'
import type { CreateApiKey, CreatedApiKey } from './schema.ts'
import { type KeyDeps, storeKey } from './store-key.ts'

/** Whose a new key is. */
interface Owner {
  userId: string | null
  serviceAccountId: string | null
  orgId: string | null
  /** Of a key of an organisation. */
  roles: string[] | null
  /** Whether the key may have this scope. */
  may: (scope: string) => boolean
  /** Must hold in the batch that inserts the key. */
  condition: SQL
}

type Scopes = ReadonlyMap<string, Scope>

/**
 * Makes an API key of the person, of an organisation (`orgId`) or of a service account. The secret is in the answer and
 * nowhere else. Two round trips with the one for the principal; a key of a service account costs one more.
 *
 * Nobody can give a key a permission that they do not have. Throws `apikey.scope_refused`, `apikey.too_many`,
 * `auth.fresh_session_required`, `auth.forbidden`, `org.not_found`, `serviceaccount.not_found`, `request.invalid`.
 */
export async function createKey(deps: KeyDeps, cause: Cause, actor: Actor, body: CreateApiKey): Promise<CreatedApiKey> {
  const person = personBehind(cause, actor)
  const now = deps.clock.now()
  const form = body.form ?? 'opaque'
  const expiresAt = expiryOf(form, body.expiresAt, now)
  const networks = networksOf(body.networks)
  const { may, condition, ...owner } = await ownerFor(deps, person, body)
  requireScopes(body.scopes, may)
  const created = await storeKey(
    deps,
    cause,
    {
      ...owner,
      form,
      name: body.name,
      scopes: body.scopes,
      networks,
      requestsPerMinute: body.requestsPerMinute ?? null,
      metadata: body.metadata ?? {},
      createdBy: person.id,
      expiresAt,
      replaces: null,
    },
    both(both(condition, hasRoom(owner, now)), sessionLives(person.sessionId, now)),
  )
  if (created === undefined) throw problem('apikey.too_many')
  return created
}

/** Throws `apikey.scope_refused`. */
export function requireScopes(scopes: readonly string[], may: (scope: string) => boolean): void {
  const refused = scopes.filter((scope) => !may(scope))
  if (refused.length > 0) throw problem('apikey.scope_refused', { detail: `Refused: ${refused.join(', ')}.` })
}

async function ownerFor(
  deps: KeyDeps,
  person: SessionPrincipal,
  { orgId, serviceAccountId }: Pick<CreateApiKey, 'orgId' | 'serviceAccountId'>,
): Promise<Owner> {
  const scopes = await scopesOfActor(deps, person)
  if (serviceAccountId !== undefined) return accountOwner(deps, person, scopes, { orgId, serviceAccountId })
  if (orgId !== undefined) return orgOwner(deps, person, scopes, orgId)
  return {
    userId: person.user.id,
    serviceAccountId: null,
    orgId: null,
    roles: null,
    may: (scope) => {
      const { everywhere, orgIds } = reachOf(person, scope, scopes)
      return everywhere || orgIds.length > 0
    },
    condition: always,
  }
}

/**
 * A key of an organisation has the roles there that its maker has now, by name. So it ends with none of its members, and
 * it loses what these roles lose. Who has the permission in the instance makes a key of an owner.
 */
async function orgOwner(deps: KeyDeps, person: SessionPrincipal, scopes: Scopes, orgId: string): Promise<Owner> {
  const reach = reachOf(person, 'api-keys:write', scopes, person.circumstances)
  requireReach(reach, person, orgId)
  const known = scopes.has(orgId) ? scopes : await scopesById(deps, [INSTANCE, orgId])
  const [instance, org] = [known.get(INSTANCE), known.get(orgId)]
  if (instance === undefined || org?.org?.deletedAt !== null) throw problem('org.not_found')
  const roles = [...new Set([...(reach.everywhere ? ['owner'] : []), ...(person.memberships.get(orgId) ?? [])])]
  const key: Actor = { ...person, roles: [], memberships: new Map([[orgId, roles]]) }
  return {
    userId: null,
    serviceAccountId: null,
    orgId,
    roles,
    may: (scope) => isAllowed(person, scope, instance, org) && isAllowed(key, scope, instance, org),
    // The key keeps these roles: nobody leaves one behind that was taken from them a moment ago.
    condition: both(
      orgIsOpen(orgId, reach.everywhere ? null : person.user.id),
      stillHolds(person.user.id, person, orgId),
    ),
  }
}

async function accountOwner(
  deps: KeyDeps,
  person: SessionPrincipal,
  scopes: Scopes,
  { orgId, serviceAccountId }: { orgId: string | undefined; serviceAccountId: string },
): Promise<Owner> {
  const [account] = await accountById(deps.db, serviceAccountId)
  const reach = reachOf(person, 'service-accounts:write', scopes, person.circumstances)
  if (account === undefined || !reaches(reach, account.orgId)) throw problem('serviceaccount.not_found')
  if (orgId !== undefined && orgId !== account.orgId)
    throw problem('request.invalid', {
      errors: [{ path: '/orgId', message: 'Expected the organisation of the service account' }],
    })
  const inOrg = account.orgId === null ? always : orgIsOpen(account.orgId, reach.everywhere ? null : person.user.id)
  return {
    userId: null,
    serviceAccountId,
    orgId: account.orgId,
    roles: null,
    may: (scope) => reaches(reachOf(person, scope, scopes), account.orgId),
    condition: both(accountIsIn(serviceAccountId, account.orgId), inOrg),
  }
}
