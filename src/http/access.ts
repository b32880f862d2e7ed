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
import { giveBackBodyPoint, policyOfAccounts } from '../core/limits/request-budgets.ts'
import { type OrgPermission, type Permission, permissions } from '../core/permissions.ts'
import type { Actor, Deps, SessionPrincipal } from '../deps.ts'
import type { CauseOf } from './cause.ts'
import { isSession } from './fresh-session.ts'
import {
  AsyncFunction,
  GUARD,
  type GuardedContext,
  guards,
  hookFunctions,
  notAdmitted,
  type OrgScope,
  requirementsOf,
} from './guards.ts'
import {
  ANY_PRINCIPAL,
  isSessionMark,
  type OrgRequirement,
  permissionInOrg,
  type Requirement,
  type SessionMark,
} from './marks.ts'
import { answerProblem, type FailedRequest, problemOf } from './problems.ts'
import { requestContext } from './request-context.ts'
import { onlyDocumentAnswers } from './response-checks.ts'
import { jsonResponses } from './responses.ts'
import { securityHeaders } from './security-headers.ts'

export { type Guard, guardOf, type OrgScope } from './guards.ts'
export { enrolmentMarks, freshMarks, type Requirement, sessionMarks } from './marks.ts'

/** What a mark leaves behind in the OpenAPI detail of its route; `assertMarked` looks for it. */
export const ACCESS = 'x-access'

interface AnsweredContext extends GuardedContext, FailedRequest {
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
