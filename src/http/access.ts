/**
 * Who may call a route. Exactly one of these marks stands on every route line:
 *
 *   .get('/livez', …, { public: true })
 *   .get('/v1/users', …, { requires: 'users:read' })
 *   .get('/v1/orgs/:id/members', …, { requiresInOrg: 'members:read' })
 *   .get('/v1/me', …, { actor: 'session' })
 *
 * `requires` takes a permission and admits every kind of principal that has it, so its handler gets an `Actor`. `principal`
 * admits every principal. `requiresInOrg` takes a permission in the organisation of the path, and its handler also gets `org`.
 * An organisation in which the principal is no member is 404. `actor` takes
 * `session` for any session, or `fresh-session` for one of the last 10 minutes. It admits no other kind, and its handler gets
 * a `SessionPrincipal`.
 *
 * Where a role asks for a second factor (`PATCH /v1/roles/{role}`) and the session has shown none, all of these refuse it.
 * What such a person needs in order to add or show one is marked `any-session` or `fresh-any-session`, and nothing else is.
 *
 * A route that answers from memory may have its guard in its handler (`atOnce`). It is marked `actorInHandler`, with the same word.
 *
 * `requires` and `actor` answer in `transform`, before validation, so that a stranger learns 401 and not the schema; with a body, already
 * before a byte of it is read (`bodies`).
 * A macro that is misspelt, or returns nothing, fails open in Elysia: `assertMarked` refuses a feature with such a
 * route when it is loaded, and then no route of it is open.
 */
import { type AnyElysia, type DocumentDecoration, Elysia } from 'elysia'
import { isAllowed } from '../core/authz/authorize.ts'
import { requires } from '../core/authz/denied.ts'
import { forbidden } from '../core/authz/forbidden.ts'
import { scopesById } from '../core/authz/load-scopes.ts'
import { type Circumstances, typeOfActor } from '../core/authz/question.ts'
import { INSTANCE, type Scope, type ScopedOrg } from '../core/authz/scope.ts'
import type { Actor, Clock, Deps, Principal, PrincipalCache, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'
import { iso } from '../lib/iso-time.ts'
import { type OrgPermission, type Permission, permissions } from '../core/permissions.ts'
import { isSession, requireFreshSession } from './fresh-session.ts'
import type { CauseOf } from './cause.ts'
import { identifier } from './identify.ts'
import {
  ANY_PRINCIPAL,
  enrolmentMarks,
  freshMarks,
  isSessionMark,
  type OrgRequirement,
  permissionInOrg,
  type Requirement,
  type SessionMark,
} from './marks.ts'
import { accountBudget, giveBackBodyPoint, policyOfAccounts } from '../core/limits/request-budgets.ts'
import { answerProblem, type FailedRequest, problemOf } from './problems.ts'
import { requestContext } from './request-context.ts'
import { onlyDocumentAnswers } from './response-checks.ts'
import { jsonResponses } from './responses.ts'
import { securityHeaders } from './security-headers.ts'

export { enrolmentMarks, freshMarks, type Requirement, sessionMarks } from './marks.ts'

/** What a mark leaves behind in the OpenAPI detail of its route; `assertMarked` looks for it. */
export const ACCESS = 'x-access'

/** On every guard and every handler that has one, with its requirement. A name would not do: minifiers drop it. */
const GUARD = Symbol('guard')

interface GuardedContext {
  request: Request
  /** Who sent the request and from where. Absent in `atOnce`, whose marks ask for no permission. */
  cause?: CauseOf
  set: { headers: Record<string, string | number | string[] | undefined> }
  actor?: Actor | undefined
  /** The organisation of the path, of a route with `requiresInOrg`. */
  org?: OrgScope | undefined
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
const AsyncFunction = (async () => {}).constructor

/** The guards of routes, one for each requirement. */
const guards = (deps: Deps) => {
  const { principals } = deps
  const identify = identifier(deps)
  const spend = accountBudget(deps)

  return (requirement: Requirement): Guard => {
    const inOrg = permissionInOrg(requirement)
    const asksScope = requirement !== ANY_PRINCIPAL && !isSessionMark(requirement)
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
      cause: CauseOf | undefined,
    ): OrgScope | undefined {
      if (spend) spend(actor.limiterKey, headers)
      const asked = (): Circumstances => circumstancesOf(request, deps.clock, cause)
      if (inOrg !== undefined)
        return admitInOrg(actor, inOrg, scopes.get(INSTANCE), scopes.get(orgIdOf(request)), asked)
      admit(actor, requirement, deps.clock, scopes.get(INSTANCE), asked)
      return undefined
    }

    // Passes `context` to no other function: Elysia would make every route parse cookies and queries.
    function requirePrincipal(context: GuardedContext): void | Promise<void> {
      if (context.actor !== undefined) return undefined // asked already, before the body was read
      const { request, set, cause } = context
      const ids = wanted(request)
      const known = identify.cached(request)
      const scopes = known && inMemory(principals, ids)
      if (known !== undefined && scopes !== undefined) {
        const org = take(known, request, set.headers, scopes, cause)
        if (org !== undefined) context.org = org
        context.actor = known
        return undefined
      }
      return found(request, ids, known).then(({ actor, scopes: read }) => {
        const org = take(actor, request, set.headers, read, cause)
        if (org !== undefined) context.org = org
        context.actor = actor
      })
    }

    async function found(request: Request, ids: readonly string[], known: Principal | undefined) {
      if (known !== undefined) return { actor: known, scopes: await scopesById(deps, ids) }
      const { principal, scopes } = await identify.load(request, ids)
      return { actor: principal, scopes: await scopesById(deps, ids, scopes) }
    }
    return Object.assign(requirePrincipal, { [GUARD]: requirement, constructor: AsyncFunction })
  }
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

interface AnsweredContext extends GuardedContext, Omit<FailedRequest, 'actor' | 'org'> {
  set: GuardedContext['set'] & FailedRequest['set']
}

/**
 * A handler that asks its guard by itself, for a route that answers from memory and takes no input:
 *
 *   .get('/v1/me', atOnce(deps, 'session', ({ actor }) => …), { actorInHandler: 'session', … })
 *
 * Elysia would await the guard of `actor` whether or not it returns a promise. Here nothing is awaited when the principal is in
 * memory. When it is not, `handler` is called after the guard has let the request through, and a refusal becomes its problem
 * document: neither depends on what Elysia awaits.
 */
export function atOnce<Answer>(
  deps: Deps,
  mark: SessionMark,
  handler: (context: { actor: SessionPrincipal; set: AnsweredContext['set'] }) => Answer,
) {
  const guard = guards(deps)(mark)
  const { production, logLevel } = deps.config
  // The check of an answer against its schema and the log of requests need the answer itself, and no promise.
  const awaited = !production || logLevel === 'debug'
  const respond = jsonResponses({ ...securityHeaders(deps.config), ...policyOfAccounts(deps) })

  function answer({ actor, set }: AnsweredContext): Answer {
    if (actor === undefined || !isSession(actor)) throw notAdmitted()
    const answered = handler({ actor, set })
    return awaited ? answered : (respond(answered, set) as Answer) // Elysia sends any Response as it is
  }

  function guardedHandler({ request, set, route, requestId }: AnsweredContext): Answer | Promise<Answer> {
    const held: AnsweredContext = { request, set, route, requestId }
    const asked = guard(held)
    if (asked === undefined) return answer(held)
    return asked
      .then(() => answer(held))
      .catch((error: unknown) => answerProblem(deps, problemOf(error), held) as Answer) // Elysia sends any Response as it is
  }

  return Object.assign(guardedHandler, {
    [GUARD]: mark,
    // Elysia reads the source of a function to decide whether to await it and what to parse for it. By the source it would await.
    toString: () => '({ request, set, route, requestId }) => {}',
    ...(awaited ? { constructor: AsyncFunction } : {}),
  })
}

const notAdmitted = () => new Error('a handler was reached before its guard had let the request through')

export function access(deps: Deps) {
  const guard = guards(deps)
  const answers = deps.config.production ? { introspect: onlyDocumentAnswers } : {}

  return (
    new Elysia({ name: 'access' })
      .use(requestContext())
      .macro('public', (mark: true) => {
        if (mark !== true) throw new Error('public: only `true` is a mark')
        // Runs once the body has proved valid.
        const beforeHandle = ({ request, cause }: { request: Request; cause: CauseOf }) => {
          if (request.method !== 'GET' && request.method !== 'HEAD') giveBackBodyPoint(deps, cause())
        }
        return { detail: describeAccess('public', []), beforeHandle, ...answers }
      })
      .macro('requires', (permission: Permission | typeof ANY_PRINCIPAL) => {
        if (permission !== ANY_PRINCIPAL && !permissions.includes(permission))
          throw new Error(`requires: there is no permission ${JSON.stringify(permission)}`)
        return {
          ...answers,
          detail: describeGuarded(permission),
          transform: guard(permission),
          // `transform` has put it there. Where it has not, no handler runs.
          resolve: (context) => {
            const { actor } = context as { actor?: Actor }
            if (actor === undefined) throw notAdmitted()
            return { actor }
          },
        }
      })
      .macro('requiresInOrg', (permission: OrgPermission) => {
        const mark: OrgRequirement = `${permission} in org`
        if (permissionInOrg(mark) === undefined)
          throw new Error(`requiresInOrg: organisations have no permission ${JSON.stringify(permission)}`)
        return {
          ...answers,
          detail: describeGuarded(mark),
          transform: guard(mark),
          resolve: (context) => {
            const { actor, org } = context as { actor?: Actor; org?: OrgScope }
            if (actor === undefined || org === undefined) throw notAdmitted()
            return { actor, org }
          },
        }
      })
      .macro('actor', (mark: SessionMark) => {
        assertSessionMark(mark)
        return {
          ...answers,
          detail: describeGuarded(mark),
          transform: guard(mark),
          resolve: (context) => {
            const { actor } = context as { actor?: Actor }
            if (actor === undefined || !isSession(actor)) throw notAdmitted()
            return { actor }
          },
        }
      })
      // The guard is in the handler (`atOnce`).
      .macro('actorInHandler', (mark: SessionMark) => {
        assertSessionMark(mark)
        return { ...answers, detail: describeGuarded(mark) }
      })
  )
}

function assertSessionMark(mark: unknown): void {
  if (!isSessionMark(mark)) throw new Error(`actor: there is no mark ${JSON.stringify(mark)}`)
}

/** What a rule can know of a request. The resource is what the last id of the path names. */
function circumstancesOf({ url, method }: Request, clock: Clock, cause: CauseOf | undefined): Circumstances {
  const { address, userAgent, requestId } = cause?.() ?? { address: null, userAgent: null, requestId: null }
  return {
    context: {
      time: iso(clock.now()),
      method,
      ...(address === null ? {} : { ip: address }),
      ...(userAgent === null ? {} : { userAgent }),
      ...(requestId === null ? {} : { requestId }),
    },
    resourceId:
      url
        .split(/[?#]/, 1)[0]
        ?.match(/(?<=\/)[a-z]{3}_[0-9a-f]{32}(?=\/|$)/g)
        ?.at(-1) ?? null,
  }
}

/** Throws unless this principal may call a route with this mark. A mark of sessions refuses every other kind. */
function admit(
  actor: Actor,
  requirement: Requirement,
  clock: Clock,
  instance: Scope | undefined,
  asked: () => Circumstances,
): void {
  requireEnrolled(actor, requirement)
  if (requirement === ANY_PRINCIPAL) return
  if (isSessionMark(requirement)) {
    if (!isSession(actor))
      throw problem('auth.forbidden', {
        detail: 'Only a person who is signed in may do this.',
        denied: { actor, ...requires('actor.type', 'user', typeOfActor(actor)) },
      })
    if (freshMarks.includes(requirement)) requireFreshSession(actor, clock)
    return
  }
  if (instance === undefined) throw notAdmitted()
  if (!isAllowed(actor, requirement, instance, undefined, asked))
    throw forbidden(actor, requirement, instance, undefined, asked)
}

/**
 * The same for a permission in an organisation. Throws `org.not_found` if the organisation does not exist, was deleted,
 * or has nothing to do with this principal.
 */
function admitInOrg(
  actor: Actor,
  permission: OrgPermission,
  instance: Scope | undefined,
  scope: Scope | undefined,
  asked: () => Circumstances,
): OrgScope {
  requireEnrolled(actor, `${permission} in org`)
  if (instance === undefined || scope === undefined || !isOrg(scope)) throw problem('org.not_found')
  if (scope.org.deletedAt !== null && permission !== RESTORE) throw problem('org.not_found')
  if (isAllowed(actor, permission, instance, scope, asked)) return scope
  throw actor.memberships.has(scope.id)
    ? forbidden(actor, permission, instance, scope, asked)
    : problem('org.not_found')
}

/** The one permission in an organisation that was deleted. */
const RESTORE: OrgPermission = 'orgs:restore'

const isOrg = (scope: Scope): scope is OrgScope => scope.org !== null

function requireEnrolled(actor: Actor, requirement: Requirement): void {
  if (isSession(actor) && actor.mfaMissing && !enrolmentMarks.includes(requirement))
    throw problem('mfa.enrolment_required', { denied: { actor, ...requires('actor.mfa', true, false) } })
}

const describeGuarded = (requirement: Requirement) => describeAccess(requirement, [{ bearer: [] }, { cookie: [] }])

const describeAccess = (mark: string, security: Record<string, string[]>[]): DocumentDecoration =>
  Object.assign({ security }, { [ACCESS]: mark })

/** Refuses an app in which any route lacks a mark, or is marked as guarded without its guard. */
export function assertMarked(app: AnyElysia): void {
  for (const { method, path, hooks, handler } of app.routes) {
    if (method === 'OPTIONS' && (path === '/' || path === '/*')) continue // of the CORS plugin, which has no others
    const mark: unknown = hooks.detail?.[ACCESS]
    const asked = [...hookFunctions(hooks.transform), handler].flatMap(requirementsOf)
    if (mark === undefined)
      throw new Error(`${method} ${path} has no access mark: add public: true, requires: … or actor: …`)
    if (permissionInOrg(mark) !== undefined && !/^\/v1\/orgs\/:id(?:\/|$)/.test(path))
      throw new Error(`${method} ${path}: requiresInOrg takes the organisation from /v1/orgs/:id`)
    // The first guard puts the principal into the context, and a second one would find it there and ask no more.
    if (mark === 'public' ? asked.length > 0 : asked.length !== 1 || asked[0] !== mark)
      throw new Error(`${method} ${path}: the mark ${mark} does not match its guard`)
    // Input is read and checked before a handler is called: a stranger would learn what the route takes.
    const takesInput = method !== 'GET' || hooks.params || hooks.query || hooks.headers || hooks.cookie
    if (requirementsOf(handler).length > 0 && takesInput)
      throw new Error(`${method} ${path} takes input: its guard belongs before its handler, actor: …`)
  }
}

/** What a hook or handler requires, if it is or has a guard. */
const requirementsOf = (candidate: unknown): unknown[] =>
  typeof candidate === 'function' && GUARD in candidate ? [candidate[GUARD]] : []

/** The guard that a route has as a hook; undefined for a public route, and for one that has it in its handler. */
export const guardOf = (hooks: AnyElysia['routes'][number]['hooks']): Guard | undefined =>
  hookFunctions(hooks.transform).find((hook): hook is Guard => GUARD in hook)

function hookFunctions(hooks: unknown): object[] {
  return [hooks].flat().flatMap((hook: unknown) => {
    const candidate = typeof hook === 'object' && hook !== null && 'fn' in hook ? hook.fn : hook
    return typeof candidate === 'function' ? [candidate] : []
  })
}
