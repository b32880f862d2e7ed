/** The authorization endpoint and the consent page: what a browser opens when a person signs in to an app. */
import { Elysia } from 'elysia'
import { takeOfAddressHere } from '../../core/limits/address-budgets.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { toResponse } from '../../http/answered.ts'
import { browserSessions } from '../../http/browser-session.ts'
import type { CauseOf } from '../../http/cause.ts'
import { refusedByPage, takesForm, takesQuery } from '../../http/endpoint-detail.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { problemOf } from '../../http/problems.ts'
import { failures, Redirect } from '../../http/responses.ts'
import type { Answered } from '../../lib/answered.ts'
import { readParameters } from '../../lib/form-parameters.ts'
import { preferredLocale } from '../../lib/languages.ts'
import { answerConsent, showConsent } from './answer-consent.ts'
import { authorize } from './authorize.ts'
import { cardAnswer } from './card.tsx'
import { errorPage } from './error-view.tsx'
import { laterAnswer } from './later.ts'
import { postedInteraction } from './posted.ts'
import { Unanswerable } from './recipient.ts'
import { AuthorizationRequest } from './schema.ts'
import { findRequest } from './source.ts'

interface Context {
  request: Request
  requestId: string
  cause: CauseOf
  set: { headers: Record<string, string | number | string[] | undefined> }
}

export function routes(deps: Deps) {
  const { config, log } = deps
  const sessionOf = browserSessions(deps)

  /** Each process counts by itself, because the limit protects the process. */
  function limit(cause: Cause): void {
    if (!config.rateLimit) return
    const allowance = takeOfAddressHere(deps, 'authorize:address', cause)
    if (!allowance.allowed) throw rateLimited(allowance)
  }

  const localeOf = (request: Request) => preferredLocale(request.headers.get('accept-language')) ?? 'en'

  /** Throws the error, unless a person can do something about it. */
  function later(error: unknown, { request, requestId }: Pick<Context, 'request' | 'requestId'>): Answered {
    const page = laterAnswer(problemOf(error), request, { locale: localeOf(request), config, requestId })
    if (page === undefined) throw error
    log.warning('authorization refused', { requestId, cause: error })
    return page
  }

  /** Runs the handler. What must not go to the client is a page for people, and the log says why. */
  async function answer({ request, requestId, cause }: Context, handler: () => Promise<Answered>): Promise<Response> {
    try {
      limit(cause())
      return toResponse(await handler())
    } catch (error) {
      if (!(error instanceof Unanswerable)) return toResponse(later(error, { request, requestId }))
      const { page, status, back, signInUrl, message: reason } = error
      log.info('authorization not answered', { requestId, reason, ...(error.cause ? { cause: error.cause } : {}) })
      return toResponse(
        cardAnswer(errorPage(localeOf(request), config, { page, requestId, back, signInUrl }), [], status),
      )
    }
  }

  /** The person in this browser. */
  async function asking({ request, requestId, cause, set }: Context) {
    const session = await sessionOf(request, set.headers)
    return { cause: cause(session), requestId, session }
  }

  const parametersOf = (request: Request) => new URL(request.url, config.appUrl).searchParams

  return new Elysia({ name: 'authorize', normalize: false })
    .use(access(deps))
    .get(
      '/oauth/authorize',
      (context) => {
        const { request, requestId, cause, set } = context
        const asked: Context = { request, requestId, cause, set }
        return answer(asked, async () => {
          const browser = await asking(asked)
          const found = await findRequest(deps, parametersOf(request), browser.session?.user.id)
          return authorize(deps, { ...browser, grant: found.grant }, found.asked, 302)
        })
      },
      {
        public: true,
        response: { 302: Redirect, ...failures('request.rate_limited') },
        detail: {
          ...takesQuery(AuthorizationRequest),
          ...refusedByPage(400, 403),
          tags: ['OAuth'],
          operationId: 'authorize',
          summary: 'Sign a person in to an app',
          description:
            'The authorization endpoint (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2), which a browser opens. PKCE with S256 is required. The answer is a redirect: to the app with `code` or `error`, `state` and `iss`, or to the sign-in or the consent page. With an unknown client or redirect URI it is a page for people.',
        },
      },
    )
    .post(
      '/oauth/authorize',
      ({ request, requestId, cause, set, body }) =>
        answer({ request, requestId, cause, set }, () => postedInteraction(deps, { requestId, cause: cause() }, body)),
      {
        public: true,
        response: { 303: Redirect },
        detail: {
          ...takesForm(AuthorizationRequest),
          ...refusedByPage(400),
          tags: ['OAuth'],
          operationId: 'authorizeByForm',
          summary: 'Sign a person in to an app, by a form',
          description:
            'The same with the parameters in a form (OpenID Connect Core §3.1.2.1). It redirects the browser to the GET, because browsers send no session with a form of another site.',
        },
      },
    )
    .get(
      '/oauth/consent',
      ({ request, requestId, cause, set }) => {
        const asked: Context = { request, requestId, cause, set }
        return answer(asked, async () =>
          showConsent(deps, await asking(asked), parametersOf(request).get('interaction') ?? '', localeOf(request)),
        )
      },
      { public: true, detail: { hide: true } },
    )
    .post(
      '/oauth/consent',
      ({ request, requestId, cause, set, body }) => {
        const asked: Context = { request, requestId, cause, set }
        return answer(asked, async () => {
          requireAllowedOrigin(request, { ...config, corsOrigins: [] })
          const form = readParameters(new URLSearchParams(typeof body === 'string' ? body : ''))
          const decision = form.get('decision')
          const sealed = form.get('interaction') ?? ''
          if (decision !== 'allow' && decision !== 'deny')
            return { to: `${config.appUrl}/oauth/consent?interaction=${encodeURIComponent(sealed)}`, status: 303 }
          return answerConsent(deps, await asking(asked), { sealed, allows: decision === 'allow' })
        })
      },
      { public: true, detail: { hide: true } },
    )
}
