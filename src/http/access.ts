/**
 * Who may call a route. Exactly two marks, one on every route line:
 *
 *   .get('/livez', …, { public: true })
 *   .get('/v1/users', …, { requires: 'users:read' })
 *
 * `requires` takes a permission, `session` for any session, or `fresh-session` for one of the last 10 minutes.
 *
 * Where a role asks for a second factor (`PATCH /v1/roles/{role}`) and the session has shown none, all of these refuse it.
 * What such a person needs in order to add or show one is marked `any-session` or `fresh-any-session`, and nothing else is.
 *
 * `requires` answers in `transform`, before validation, so that a stranger learns 401 and not the schema; with a body, already
 * before a byte of it is read (`bodies`).
 * A macro that is misspelt, or returns nothing, fails open in Elysia: `assertMarked` refuses a feature with such a
 * route when it is loaded, and then no route of it is open.
 */
import { type AnyElysia, type DocumentDecoration, Elysia } from 'elysia'
import type { Deps, Principal } from '../deps.ts'
import { problem } from '../errors.ts'
import { permissions } from '../lib/permissions.ts'
import { requireFreshSession } from './fresh-session.ts'
import type { CauseOf } from './cause.ts'
import { identifier } from './identify.ts'
import { enrolmentMarks, freshMarks, isSessionMark, type Requirement } from './marks.ts'
import { accountBudget, giveBackBodyPoint } from '../core/limits/request-budgets.ts'
import { requestContext } from './request-context.ts'

export { enrolmentMarks, freshMarks, type Requirement, sessionMarks } from './marks.ts'

/** What a mark leaves behind in the OpenAPI detail of its route; `assertMarked` looks for it. */
export const ACCESS = 'x-access'

/** On every guard. Its name would not do: minifiers drop the names of function expressions. */
const GUARD = Symbol('guard')

interface GuardedContext {
  request: Request
  set: { headers: Record<string, string | number | string[] | undefined> }
  actor?: Principal
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
        if (spend) spend(actor.user.id, context.set.headers)
        if (actor.mfaMissing && !enrolmentMarks.includes(requirement)) throw problem('mfa.enrolment_required')
        if (!isSessionMark(requirement) && !actor.permissions.has(requirement)) throw problem('auth.forbidden')
        if (freshMarks.includes(requirement)) requireFreshSession(actor, deps.clock)
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
    .macro('requires', (requirement: Requirement) => {
      if (!isSessionMark(requirement) && !permissions.includes(requirement))
        throw new Error(`requires: there is no permission ${JSON.stringify(requirement)}`)
      return {
        detail: describeAccess(requirement, [{ bearer: [] }, { cookie: [] }]),
        transform: guard(requirement),
        // `transform` has put it there; `resolve` is what gives it a type.
        resolve: (context) => ({ actor: (context as unknown as { actor: Principal }).actor }),
      }
    })
}

const describeAccess = (mark: string, security: Record<string, string[]>[]): DocumentDecoration =>
  Object.assign({ security }, { [ACCESS]: mark })

/** Refuses an app in which any route lacks a mark, or is marked as guarded without its guard. */
export function assertMarked(app: AnyElysia): void {
  for (const { method, path, hooks } of app.routes) {
    if (method === 'OPTIONS' && (path === '/' || path === '/*')) continue // of the CORS plugin, which has no others
    const mark: unknown = hooks.detail?.[ACCESS]
    const guarded = guardOf(hooks) !== undefined
    if (mark === undefined) throw new Error(`${method} ${path} has no access mark: add public: true or requires: …`)
    if ((mark === 'public') === guarded) throw new Error(`${method} ${path}: the mark ${mark} does not match its guard`)
  }
}

/** The guard of a route; undefined for a public one. */
export const guardOf = (hooks: AnyElysia['routes'][number]['hooks']): Guard | undefined =>
  hookFunctions(hooks.transform).find((hook): hook is Guard => GUARD in hook)

function hookFunctions(hooks: unknown): object[] {
  return [hooks].flat().flatMap((hook: unknown) => {
    const candidate = typeof hook === 'object' && hook !== null && 'fn' in hook ? hook.fn : hook
    return typeof candidate === 'function' ? [candidate] : []
  })
}
