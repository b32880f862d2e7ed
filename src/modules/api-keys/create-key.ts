import type { SQL } from 'drizzle-orm'
import { isAllowed } from '../../core/authz/authorize.ts'
import type { Denied } from '../../core/authz/denied.ts'
import { lacking } from '../../core/authz/forbidden.ts'
import { instanceIn } from '../../core/authz/load-scopes.ts'
import { isOperator } from '../../core/authz/operator.ts'
import { reachOf, scopesOfActor } from '../../core/authz/reach.ts'
import { hidden, type Place, placeAt, refusalAt, requirePermission } from '../../core/authz/require-permission.ts'
import type { Reach, Scope } from '../../core/authz/scope.ts'
import { always, both, type Cause } from '../../core/events/queries.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { accountById } from '../service-accounts/queries.ts'
import { expiryOf, networksOf } from './key-terms.ts'
import { personBehind } from './own-or-reached.ts'
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
  /** What a refusal says of a scope that the key may not have; undefined if it may. */
  denied: (scope: string) => Denied | undefined
  /** Must hold in the batch that inserts the key. */
  condition: SQL
}

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
  const { denied, condition, ...owner } = await ownerFor(deps, person, body)
  assertNoneDenied(body.scopes, denied)
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
      createdBy: cause.actorId,
      expiresAt,
      replaces: null,
    },
    both(condition, hasRoom(owner, now)),
  )
  if (created === undefined) throw problem('apikey.too_many')
  return created
}

function assertNoneDenied(scopes: readonly string[], denied: Owner['denied']): void {
  const refused = scopes.flatMap((scope) => {
    const reason = denied(scope)
    return reason === undefined ? [] : [{ scope, reason }]
  })
  const [first] = refused
  if (first === undefined) return
  const detail = `Refused: ${refused.map(({ scope }) => scope).join(', ')}.`
  throw problem('apikey.scope_refused', { detail, denied: first.reason })
}

/** Throws `apikey.scope_refused` unless the person has these permissions there. */
export const requireScopes = (person: Actor, scopes: readonly string[], place: Place): void =>
  assertNoneDenied(scopes, (scope) => deniedAt(person, scope, place))

const deniedAt = (actor: Actor, permission: string, { instance, org }: Place): Denied | undefined =>
  isAllowed(actor, permission, instance, org) ? undefined : lacking(actor, permission, instance, org)

/** The most rules that one request asks. Each takes 1.5 ms at most. */
const MAX_RULES = 1_000

/**
 * Where the person has each of these permissions. A key of a person works in each of their organisations, which then ask for no
 * session. So the session that makes or replaces it must meet what each organisation requires in which the key could do
 * something. Throws the errors of `unmetInOrg`, and `decision.too_expensive`.
 */
export function reachesOf(
  person: Actor,
  asked: readonly string[],
  scopes: ReadonlyMap<string, Scope>,
  now: number,
): ReadonlyMap<string, Reach> {
  let rules = 0
  for (const { policies } of scopes.values())
    for (const scope of asked)
      rules += (policies.denyRules.get(scope)?.length ?? 0) + (policies.allowRules.get(scope)?.length ?? 0)
  if (rules > MAX_RULES) throw problem('decision.too_expensive')
  const found = new Map<string, Reach>()
  for (const scope of asked) {
    const reach = reachOf(person, scope, scopes, now)
    for (const refusal of reach.refusals.values()) throw refusal
    found.set(scope, reach)
  }
  return found
}

async function ownerFor(
  deps: KeyDeps,
  person: Actor,
  { orgId, serviceAccountId, scopes: asked }: Pick<CreateApiKey, 'orgId' | 'serviceAccountId' | 'scopes'>,
): Promise<Owner> {
  if (serviceAccountId !== undefined) return accountOwner(deps, person, { orgId, serviceAccountId })
  if (orgId !== undefined) return orgOwner(deps, person, orgId)
  if (isOperator(person))
    throw problem('auth.forbidden', {
      detail: 'The operator of the machine has no keys of its own. Name an organisation or a service account.',
    })
  const scopes = await scopesOfActor(deps, person)
  const found = reachesOf(person, asked, scopes, deps.clock.now())
  return {
    userId: person.id,
    serviceAccountId: null,
    orgId: null,
    roles: null,
    denied: (scope) => {
      const reach = found.get(scope)
      return reach && (reach.everywhere || reach.orgIds.length > 0)
        ? undefined
        : lacking(person, scope, instanceIn(scopes))
    },
    condition: always,
  }
}

/**
 * A key of an organisation has the roles there that its maker has now, by name. So it ends with none of its members, and
 * it loses what these roles lose. Who has the permission in the instance makes a key of an owner.
 */
async function orgOwner(deps: KeyDeps, person: Actor, orgId: string): Promise<Owner> {
  const place = await requirePermission(deps, person, 'api-keys:write', orgId)
  const everywhere = isAllowed(person, 'api-keys:write', place.instance)
  const roles = [...new Set([...(everywhere ? ['owner'] : []), ...(person.memberships.get(orgId) ?? [])])]
  const kind = isOperator(person) ? 'api-key' : person.kind // the key is not the operator
  const key: Actor = { ...person, kind, roles: [], memberships: new Map([[orgId, roles]]) }
  return {
    userId: null,
    serviceAccountId: null,
    orgId,
    roles,
    denied: (scope) => deniedAt(person, scope, place) ?? deniedAt(key, scope, place),
    condition: orgIsOpen(orgId, everywhere ? null : person.id),
  }
}

async function accountOwner(
  deps: KeyDeps,
  person: Actor,
  { orgId, serviceAccountId }: { orgId: string | undefined; serviceAccountId: string },
): Promise<Owner> {
  const [account] = await accountById(deps.db, serviceAccountId)
  const place = account && (await placeAt(deps, account.orgId))
  const refusal = place && refusalAt(person, 'service-accounts:write', place, deps.clock.now())
  if (!place || refusal !== undefined) throw hidden(refusal, 'serviceaccount.not_found')
  const everywhere = isAllowed(person, 'service-accounts:write', place.instance)
  if (orgId !== undefined && orgId !== account.orgId)
    throw problem('request.invalid', {
      errors: [{ path: '/orgId', message: 'Expected the organisation of the service account' }],
    })
  const inOrg = account.orgId === null ? always : orgIsOpen(account.orgId, everywhere ? null : person.id)
  return {
    userId: null,
    serviceAccountId,
    orgId: account.orgId,
    roles: null,
    denied: (scope) => deniedAt(person, scope, place),
    condition: both(accountIsIn(serviceAccountId, account.orgId), inOrg),
  }
}
