/** RFC 9457 for everything that fails: our problems, the framework's, the database's, and the unknown. */
import { Elysia, NotFoundError, ParseError, ValidationError } from 'elysia'
import { decisionLog, personBehind, storedQuestion } from '../core/authz/decision-log.ts'
import type { LoadedProblemPage } from '../core/feature.ts'
import type { Actor, Deps } from '../deps.ts'
import { type ErrorCode, Problem, problem } from '../errors.ts'
import { acceptsHtml } from '../lib/accepts-html.ts'
import { storageProblem } from '../lib/database-errors.ts'
import { closestErrors, expectation } from '../lib/expectations.ts'
import { toResponse } from './answered.ts'
import { challenge } from './challenge.ts'
import { isClient } from './fresh-session.ts'
import type { OrgScope } from './guards.ts'
import { languageCookie, languageOf } from './languages.ts'
import { withoutCors } from './pages-without-cors.ts'
import { requestContext } from './request-context.ts'

/**
 * Registered first: a root onError added later misses the routes before it. `allow` names a path's methods. `pageOf` loads
 * what browsers are shown.
 */
export const problems = (deps: Deps, allow: (path: string) => string[], pageOf?: () => LoadedProblemPage) =>
  new Elysia({ name: 'problems' }).use(requestContext()).onError({ as: 'global' }, async (context) => {
    const { error, path, route, requestId, request, set } = context
    const { actor, org } = context as Pick<FailedRequest, 'actor' | 'org'> // the guard puts them there
    const found = toProblem(error, request.url, () => allow(path))
    const failed = { route, requestId, request, set, ...(actor && { actor }), ...(org && { org }) }
    const answer = answerProblem(deps, found, failed)
    const page = pageOf && acceptsHtml(request) && (await pageInPlace(deps, found, failed, answer, pageOf))
    if (!page) return answer
    withoutCors(set.headers)
    return page
  })

/** The page for a browser, with the status and the headers of the problem document. A page that cannot be made is none. */
async function pageInPlace(
  deps: Deps,
  { code, status, message: title, options }: Problem,
  { request, requestId }: FailedRequest,
  answer: Response,
  pageOf: () => LoadedProblemPage,
): Promise<Response | undefined> {
  try {
    const { retryAfterSeconds } = options
    const { pathname: path } = new URL(request.url, deps.config.appUrl)
    const locale = languageOf(request)
    const shown = (await pageOf())(deps, { path, locale, requestId, code, status, title, retryAfterSeconds })
    if (shown === undefined) return undefined
    // Its links to other languages have no parameters: they may be text of a stranger.
    const cookie = languageCookie(request, deps.config.appUrl)
    const page = toResponse({ ...shown, ...(cookie !== undefined && { cookies: [cookie] }) })
    for (const [name, value] of answer.headers) if (name !== 'content-type') page.headers.set(name, value)
    return page
  } catch (cause) {
    deps.log.warning('the page of a failure could not be made', { requestId, cause })
    return undefined
  }
}

export interface FailedRequest {
  route: string
  requestId: string
  request: Request
  set: { status?: unknown }
  /** The principal and the organisation of the path, once the guard knows them. */
  actor?: Actor
  org?: OrgScope
}

/** The answer to a failed request. Logs failures that the client cannot fix. */
export function answerProblem(deps: Deps, found: Problem, failed: FailedRequest): Response {
  const { config, log } = deps
  const { route, requestId, request, set } = failed
  if (found.status >= 500 && found.code !== 'server.not_ready') {
    // Logs the route and not the path, because a path may hold a secret.
    const fields = { requestId, method: request.method, route, code: found.code, cause: found.cause }
    if (found.status === 500) log.error('request failed', fields)
    else log.warning('request refused', fields)
  }
  return renderProblem(
    lackingScope(found, failed, config.appUrl),
    config.appUrl,
    requestId,
    set,
    found.status === 403 ? decisionIdOf(deps, found, failed) : undefined,
  )
}

/** A client learns which scope its token lacks, so that it can ask the person for it (RFC 6750 §3.1). */
function lackingScope(found: Problem, failed: FailedRequest, appUrl: string): Problem {
  const { denied } = found.options
  const actor = denied?.actor ?? failed.actor
  const decidedBy = denied?.asked?.decision.decidedBy
  if (decidedBy?.kind !== 'scope' || actor === undefined || !isClient(actor)) return found
  const scheme = actor.jkt === null ? 'Bearer' : 'DPoP'
  const more = { scope: decidedBy.permission }
  return problem(found.code, {
    ...found.options,
    headers: { 'www-authenticate': challenge(appUrl, { scheme, error: 'insufficient_scope', more }) },
  })
}

/** Keeps the decision behind a refusal, so that it can be explained. Every answer with status 403 passes here. */
function decisionIdOf(deps: Deps, { code, options }: Problem, { actor, org }: FailedRequest): string {
  const { denied } = options
  const { asked } = denied ?? {}
  const who = denied?.actor ?? actor
  return decisionLog(deps).record({
    actorId: who?.id ?? null,
    ownerId: who === undefined ? null : personBehind(who),
    orgId: denied?.orgId ?? org?.id ?? null,
    record:
      asked === undefined
        ? {
            decision: false,
            code,
            decidedBy: { kind: 'requirement', code },
            facts: denied?.facts ?? [],
            change: denied?.change ?? null,
          }
        : {
            decision: false,
            code,
            decidedBy: asked.decision.decidedBy,
            facts: asked.decision.facts,
            question: storedQuestion(asked),
          },
  })
}

/** A request that failed in a way we know becomes that problem; anything else is a generic 500 (ASVS 16.5.1). */
function toProblem(error: unknown, url: string, allow: () => string[]): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ParseError)
    return error.cause instanceof Problem ? error.cause : problem('request.malformed', { cause: error })
  if (error instanceof ValidationError) return invalid(error, url)
  if (error instanceof NotFoundError) {
    const methods = allow()
    if (methods.length === 0) return problem('request.not_found')
    return problem('request.method_not_allowed', { headers: { allow: methods.join(', ') } })
  }
  return failureOf(error)
}

/** The problem that an error is. */
export const problemOf = (error: unknown): Problem => (error instanceof Problem ? error : failureOf(error))

/** The problem for a failure that the client cannot fix. */
const failureOf = (error: unknown): Problem => storageProblem(error) ?? problem('server.error', { cause: error })

const MAX_ERRORS = 20
/** What a field is called. Anything else a client has put in that place, such as a secret, is not sent back. */
const FIELD_NAME = /^[\w$-]{1,64}$/

/** As far as it names fields: the JSON Pointer of what is wrong, or of what holds it. */
function pathOf(pointer: string): string {
  const names = pointer.split('/').slice(1)
  const strange = names.findIndex((name) => !FIELD_NAME.test(name))
  return `/${(strange === -1 ? names : names.slice(0, strange)).join('/')}`
}

/** Says where and what is expected, never what was sent: it may be a password. */
function invalid(error: ValidationError, url: string): Problem {
  if (error.type === 'response')
    return problem('server.error', { cause: new Error(`response schema: ${error.valueError?.path}`) })
  const { validator, value, valueError } = error
  const errors: { path: string; message: string }[] = []
  if ('Errors' in validator)
    for (const reported of validator.Errors(value))
      for (const found of closestErrors(reported)) {
        if (errors.length === MAX_ERRORS) break
        const path = pathOf(found.path)
        if (!errors.some((known) => known.path === path)) errors.push({ path, message: expectation(found) })
      }
  // A query parameter out of its bounds fails by itself, after it was decoded: only the first error knows of it.
  if (errors.length === 0 && valueError)
    errors.push({
      path: pathOf(valueError.path || parameterWith(valueError.value, url)),
      message: expectation(valueError),
    })
  return problem(invalidCodeOf(validator), { errors, cause: error })
}

/** The JSON Pointer of the one parameter of the query that has this number; empty if there are several. */
function parameterWith(number: unknown, url: string): string {
  const [, query = ''] = url.split('?')
  const found = [...new URLSearchParams(query)].filter(([, text]) => text !== '' && Number(text) === number)
  const [[name] = []] = found
  return found.length === 1 && name !== undefined ? `/${name}` : ''
}

/** The code that the schema of a body names (`invalidAs`), or `request.invalid`. */
function invalidCodeOf(validator: unknown): ErrorCode {
  const { schema } = validator as { schema?: { 'x-invalid'?: ErrorCode } } // a compiled schema of the framework
  return schema?.['x-invalid'] ?? 'request.invalid'
}

/** The body and the headers of a problem document. */
function renderProblem(
  found: Problem,
  appUrl: string,
  requestId: string,
  set: { status?: unknown },
  decisionId: string | undefined,
): Response {
  const { detail, errors, retryAfterSeconds, headers } = found.options
  set.status = found.status
  return new Response(
    JSON.stringify({
      type: `${appUrl}/docs/errors#${found.code}`,
      title: found.message,
      status: found.status,
      code: found.code,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
      ...(decisionId === undefined ? {} : { decisionId }),
      requestId,
    }),
    {
      status: found.status,
      headers: {
        'content-type': 'application/problem+json',
        ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
        ...(found.status === 401 ? { 'www-authenticate': challengeOf(found.code, appUrl) } : {}),
        ...headers,
      },
    },
  )
}

const ENDED: readonly ErrorCode[] = ['session.expired', 'session.reused', 'accesstoken.invalid']

/** RFC 6750 §3: a request without credentials is told the scheme only. */
const challengeOf = (code: ErrorCode, appUrl: string): string =>
  challenge(appUrl, ENDED.includes(code) ? { error: 'invalid_token' } : {})
