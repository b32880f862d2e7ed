/** The guards of routes: each finds the principal of a request, and refuses it unless it may call the route. */
import type { AnyElysia } from 'elysia'
import { isAllowed } from '../core/authz/authorize.ts'
import { requires } from '../core/authz/denied.ts'
import { forbidden } from '../core/authz/forbidden.ts'
import { scopesById } from '../core/authz/load-scopes.ts'
import { isOperator } from '../core/authz/operator.ts'
import { questionOf, typeOfActor } from '../core/authz/question.ts'
import { refusalAt } from '../core/authz/require-permission.ts'
import type { Circumstances } from '../core/authz/model.ts'
import { INSTANCE, type Scope, type ScopedOrg } from '../core/authz/scope.ts'
import { chargeSteps, stepsOf } from '../core/authz/steps.ts'
import { accountBudget } from '../core/limits/request-budgets.ts'
import type { OrgPermission } from '../core/permissions.ts'
import type { Actor, Clock, Deps, PrincipalCache } from '../deps.ts'
import { problem } from '../errors.ts'
import type { CauseOf } from './cause.ts'
import { circumstancesOf } from './circumstances.ts'
import { isApiKey, isClient, isSession, requireFreshSession } from './fresh-session.ts'
import { identifier } from './identify.ts'
import { ANY_PRINCIPAL, enrolmentMarks, freshMarks, isSessionMark, permissionInOrg, type Requirement } from './marks.ts'
import { operatorOf } from './operator-requests.ts'

/** On every guard and every handler that has one, with its requirement. A name would not do: minifiers drop it. */
export const GUARD = Symbol('guard')

export interface GuardedContext {
  request: Request
  /** Who sent the request and from where. Absent in `atOnce`, whose marks ask for no permission. */
  cause?: CauseOf
  set: { headers: Record<string, string | number | string[] | undefined> }
  actor?: Actor
  /** The organisation of the path, of a route with `requiresInOrg`. */
  org?: OrgScope
}

/** The scope of an organisation. */
export type OrgScope = Scope & { org: ScopedOrg }

/**
 * Puts the principal into `actor`, and the organisation of the path into `org`, or throws. Synchronous if both are in
 * memory. The caller must await the result.
 */
export type Guard = (context: GuardedContext) => void | Promise<void>

/**
 * Elysia calls a function without `await` unless its constructor or its source looks asynchronous, and a minifier changes the
 * source. A guard that returns a promise would then let the request through. So every guard has this constructor.
 */
export const AsyncFunction = (async () => {}).constructor

/** The guards of routes, one for each requirement. */
export const guards = (deps: Deps) => {
  const { principals } = deps
  const identify = identifier(deps)
  const spend = accountBudget(deps)

  return (requirement: Requirement): Guard => {
    const inOrg = permissionInOrg(requirement)
    // `principal` too: its handler asks which permissions the principal has, and would need a round trip for the scope.
    const asksScope = !isSessionMark(requirement)
    const asksOwn = requirement === ANY_PRINCIPAL
    const wanted = (request: Request): readonly string[] =>
      inOrg !== undefined ? [INSTANCE, orgIdOf(request)] : asksScope ? ofInstance : []

    /**
     * Spends a request of who asks, and refuses them unless they may call the route. Returns the organisation of the
     * path.
     */
    function take(
      actor: Actor,
      request: Request,
      headers: GuardedContext['set']['headers'],
      scopes: ReadonlyMap<string, Scope>,
    ): OrgScope | undefined {
      if (spend && !isOperator(actor)) spend(actor, headers)
      if (inOrg === undefined) {
        admit(actor, requirement, deps.clock, scopes.get(INSTANCE))
        return undefined
      }
      const orgId = orgIdOf(request)
      if (spend) chargeRules(deps, actor, inOrg, scopes.get(orgId))
      return admitInOrg(actor, inOrg, scopes, orgId, deps.clock)
    }

    /** The principal, which many requests share, with the circumstances of this one. */
    function asking(principal: Actor, request: Request, cause: CauseOf | undefined): Actor {
      if (cause === undefined) return principal
      let read: Circumstances | undefined
      return {
        ...principal,
        circumstances: () => (read ??= circumstancesOf(request, deps.clock, cause)),
        askedIn: new Set(),
      }
    }

    // Passes `context` to no other function: Elysia would make every route parse cookies and queries.
    function requirePrincipal(context: GuardedContext): void | Promise<void> {
      if (context.actor !== undefined) return undefined // asked already, before the body was read
      const ids = wanted(context.request)
      const known = identify.cached(context.request) ?? operatorOf(context.request)
      const scopes = known && inMemory(principals, ids)
      if (known !== undefined && scopes !== undefined) {
        const actor = asking(known, context.request, context.cause)
        const org = take(actor, context.request, context.set.headers, scopes)
        if (org !== undefined) context.org = org
        context.actor = actor
        return undefined
      }
      return found(context.request, ids, known).then(({ principal, scopes: read }) => {
        const actor = asking(principal, context.request, context.cause)
        const org = take(actor, context.request, context.set.headers, read)
        if (org !== undefined) context.org = org
        context.actor = actor
      })
    }

    async function found(request: Request, ids: readonly string[], known: Actor | undefined) {
      if (known !== undefined) return { principal: known, scopes: await scopesById(deps, ids) }
      const { principal, scopes } = await identify.load(request, { ids, own: asksOwn })
      return { principal, scopes: await scopesById(deps, ids, scopes) }
    }
    return Object.assign(requirePrincipal, { [GUARD]: requirement, constructor: AsyncFunction })
  }
}

/** The rules of an organisation are of its owner: who asks pays for what they take. */
function chargeRules(deps: Pick<Deps, 'limiter'>, actor: Actor, permission: string, org: Scope | undefined): void {
  if (org === undefined) return
  const { denyRules, allowRules } = org.policies
  if (!denyRules.has(permission) && !allowRules.has(permission)) return
  chargeSteps(deps, actor, stepsOf(questionOf(actor, permission, org.id), [org.policies]))
}

const ofInstance = [INSTANCE]
const noScopes: ReadonlyMap<string, Scope> = new Map()

/** The scopes with these ids, if all of them are in memory. */
function inMemory(principals: PrincipalCache, ids: readonly string[]): ReadonlyMap<string, Scope> | undefined {
  if (ids.length === 0) return noScopes
  const scopes = new Map<string, Scope>()
  for (const id of ids) {
    const scope = principals.scope(id)
    if (scope === undefined) return undefined
    scopes.set(id, scope)
  }
  return scopes
}

/** The organisation in `/v1/orgs/:id`. Every route with `requiresInOrg` has such a path (`assertMarked`). */
const orgIdOf = ({ url }: Request): string => /^[^/]*\/\/[^/]*\/v1\/orgs\/([^/?#]{1,64})/.exec(url)?.[1] ?? NO_ORG
/** The id of no organisation. */
const NO_ORG = 'none'

/** Throws unless this principal may call a route with this mark. A mark of sessions refuses every other kind. */
function admit(actor: Actor, requirement: Requirement, clock: Clock, instance: Scope | undefined): void {
  requireEnrolled(actor, requirement)
  if (isSessionMark(requirement)) {
    if (!isSession(actor))
      throw problem('auth.forbidden', {
        detail: 'Only a person who is signed in may do this.',
        denied: { actor, ...requires('actor.type', 'user', typeOfActor(actor)) },
      })
    if (freshMarks.includes(requirement)) requireFreshSession(actor, clock)
    return
  }
  if (requirement !== ANY_PRINCIPAL) {
    if (instance === undefined) throw notAdmitted()
    if (!isAllowed(actor, requirement, instance)) throw forbidden(actor, requirement, instance)
  }
  actor.askedIn?.add(null) // the handler of any principal decides by its roles
}

/**
 * The same for a permission in an organisation. Throws `org.not_found` if the organisation does not exist, was deleted,
 * or has nothing to do with this principal. Throws the error of the first setting of the organisation that a member does
 * not meet (`unmetSetting`).
 */
function admitInOrg(
  actor: Actor,
  permission: OrgPermission,
  scopes: ReadonlyMap<string, Scope>,
  orgId: string,
  clock: Clock,
): OrgScope {
  const instance = scopes.get(INSTANCE)
  const scope = scopes.get(orgId)
  requireEnrolled(actor, `${permission} in org`)
  if (instance === undefined || scope === undefined || !isOrg(scope)) throw problem('org.not_found')
  const refusal = refusalAt(actor, permission, { instance, org: scope }, clock.now())
  if (refusal !== undefined) throw refusal
  return scope
}

const isOrg = (scope: Scope): scope is OrgScope => scope.org !== null

function requireEnrolled(actor: Actor, requirement: Requirement): void {
  if (
    (isSession(actor) || isApiKey(actor) || isClient(actor)) &&
    actor.mfaMissing &&
    !enrolmentMarks.includes(requirement)
  )
    throw problem('mfa.enrolment_required', { denied: { actor, ...requires('actor.mfa', true, false) } })
}

/** What a hook or handler requires, if it is or has a guard. */
export const requirementsOf = (candidate: unknown): unknown[] =>
  typeof candidate === 'function' && GUARD in candidate ? [candidate[GUARD]] : []

/** The guard that a route has as a hook; undefined for a public route, and for one that has it in its handler. */
export const guardOf = (hooks: AnyElysia['routes'][number]['hooks']): Guard | undefined =>
  hookFunctions(hooks.transform).find((hook): hook is Guard => GUARD in hook)

export function hookFunctions(hooks: unknown): object[] {
  return [hooks].flat().flatMap((hook: unknown) => {
    const candidate = typeof hook === 'object' && hook !== null && 'fn' in hook ? hook.fn : hook
    return typeof candidate === 'function' ? [candidate] : []
  })
}
export const notAdmitted = () => new Error('a handler was reached before its guard had let the request through')
