/**
 * Who may call a route. Exactly one of three marks stands on every route line:
 *
 *   .get('/livez', …, { public: true })
 *   .get('/v1/users', …, { requires: 'users:read' })
 *   .get('/v1/me', …, { actor: 'session' })
 *
 * `requires` takes a permission and admits every kind of principal that has it, so its handler gets an `Actor`. `actor` takes
 * `session` for any session, or `fresh-session` for one of the last 10 minutes. It admits no other kind, and its handler gets
 * a `SessionPrincipal`.
 *
 * Where a role asks for a second factor (`PATCH /v1/roles/{role}`) and the session has shown none, all of these refuse it.
 * What such a person needs in order to add or show one is marked `any-session` or `fresh-any-session`, and nothing else is.
 *
 * Both answer in `transform`, before validation, so that a stranger learns 401 and not the schema; with a body, already
 * before a byte of it is read (`bodies`).
 * A macro that is misspelt, or returns nothing, fails open in Elysia: `assertMarked` makes the app refuse to start.
 */
import { type AnyElysia, type DocumentDecoration, Elysia } from 'elysia'
import type { Actor, Clock, Deps, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'
import { type Permission, permissions } from '../core/permissions.ts'
import { isSession, requireFreshSession } from './fresh-session.ts'
import type { CauseOf } from './cause.ts'
import { identifier } from './identify.ts'
import { accountBudget, giveBackBodyPoint } from '../core/limits/request-budgets.ts'
import { requestContext } from './request-context.ts'

/** Marks that name no permission. */
export const sessionMarks = ['session', 'fresh-session', 'any-session', 'fresh-any-session'] as const
type SessionMark = (typeof sessionMarks)[number]
/** Those that ask for a recent proof of identity. */
export const freshMarks: readonly unknown[] = ['fresh-session', 'fresh-any-session'] satisfies SessionMark[]
/** Those open to a session that lacks a second factor its owner must have. */
export const enrolmentMarks: readonly unknown[] = ['any-session', 'fresh-any-session'] satisfies SessionMark[]
export type Requirement = Permission | SessionMark

const isSessionMark = (requirement: unknown): requirement is SessionMark =>
  sessionMarks.some((mark) => mark === requirement)

/** What a mark leaves behind in the OpenAPI detail of its route; `assertMarked` looks for it. */
export const ACCESS = 'x-access'

/** On every guard. Its name would not do: minifiers drop the names of function expressions. */
const GUARD = Symbol('guard')

interface GuardedContext {
  request: Request
  set: { headers: Record<string, string | number | string[] | undefined> }
  actor?: Actor
}

/** Puts who is asking into `actor`, or throws. */
export type Guard = (context: GuardedContext) => Promise<void>

export function access(deps: Deps) {
  const identify = identifier(deps)
  const spend = accountBudget(deps)

  const guard = (requirement: Requirement) =>
    Object.assign(
      async function requirePrincipal(context: GuardedContext) {
        if (context.actor !== undefined) return // asked already, before the body was read
        const actor = identify.cached(context.request) ?? (await identify.load(context.request))
        if (spend) spend(actor.limiterKey, context.set.headers)
        admit(actor, requirement, deps.clock)
        context.actor = actor
      },
      { [GUARD]: true },
    )

  return new Elysia({ name: 'access' })
    .use(requestContext())
    .macro('public', (mark: true) => {
      if (mark !== true) throw new Error('public: only `true` is a mark')
      // Runs once the body has proved valid.
      const beforeHandle = ({ request, cause }: { request: Request; cause: CauseOf }) => {
        if (request.method !== 'GET' && request.method !== 'HEAD') giveBackBodyPoint(deps, cause())
      }
      return { detail: describeAccess('public', []), beforeHandle }
    })
    .macro('requires', (permission: Permission) => {
      if (!permissions.includes(permission))
        throw new Error(`requires: there is no permission ${JSON.stringify(permission)}`)
      return {
        detail: describeAccess(permission, [{ bearer: [] }, { cookie: [] }]),
        transform: guard(permission),
        // `transform` has put it there; `resolve` is what gives it a type.
        resolve: (context) => ({ actor: (context as unknown as { actor: Actor }).actor }),
      }
    })
    .macro('actor', (mark: SessionMark) => {
      if (!isSessionMark(mark)) throw new Error(`actor: there is no mark ${JSON.stringify(mark)}`)
      return {
        detail: describeAccess(mark, [{ bearer: [] }, { cookie: [] }]),
        transform: guard(mark),
        // As above. `admit` lets no other kind through a mark of sessions.
        resolve: (context) => ({ actor: (context as unknown as { actor: SessionPrincipal }).actor }),
      }
    })
}

/** Throws unless this principal may call a route with this mark. A mark of sessions refuses every other kind. */
function admit(actor: Actor, requirement: Requirement, clock: Clock): void {
  if (isSession(actor) && actor.mfaMissing && !enrolmentMarks.includes(requirement))
    throw problem('mfa.enrolment_required')
  if (isSessionMark(requirement)) {
    if (!isSession(actor)) throw problem('auth.forbidden', { detail: 'Only a person who is signed in may do this.' })
    if (freshMarks.includes(requirement)) requireFreshSession(actor, clock)
  } else if (!actor.permissions.has(requirement)) throw problem('auth.forbidden')
}

const describeAccess = (mark: string, security: Record<string, string[]>[]): DocumentDecoration =>
  Object.assign({ security }, { [ACCESS]: mark })

/** Refuses an app in which any route lacks a mark, or is marked as guarded without its guard. */
export function assertMarked(app: AnyElysia): void {
  for (const { method, path, hooks } of app.routes) {
    if (method === 'OPTIONS' && (path === '/' || path === '/*')) continue // of the CORS plugin, which has no others
    const mark: unknown = hooks.detail?.[ACCESS]
    const guards = guardsOf(hooks).length
    if (mark === undefined)
      throw new Error(`${method} ${path} has no access mark: add public: true, requires: … or actor: …`)
    // The first guard puts the principal into the context, and a second one would find it there and ask no more.
    if (guards !== (mark === 'public' ? 0 : 1))
      throw new Error(`${method} ${path}: the mark ${mark} does not match its guard`)
  }
}

/** The guard of a route; undefined for a public one. */
export const guardOf = (hooks: AnyElysia['routes'][number]['hooks']): Guard | undefined => guardsOf(hooks)[0]

const guardsOf = (hooks: AnyElysia['routes'][number]['hooks']): Guard[] =>
  hookFunctions(hooks.transform).filter((hook): hook is Guard => GUARD in hook)

function hookFunctions(hooks: unknown): object[] {
  return [hooks].flat().flatMap((hook: unknown) => {
    const candidate = typeof hook === 'object' && hook !== null && 'fn' in hook ? hook.fn : hook
    return typeof candidate === 'function' ? [candidate] : []
  })
}
