/** The end session endpoint. */
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
import { type Parameters, readParameters } from '../../lib/form-parameters.ts'
import { preferredLocale } from '../../lib/languages.ts'
import { OAuthError } from '../../lib/oauth-error.ts'
import { cardAnswer } from '../authorize/card.tsx'
import { errorPage } from '../authorize/error-view.tsx'
import { laterAnswer } from '../authorize/later.ts'
import { logOut, type Visitor } from './log-out.ts'
import { LogoutParameters } from './schema.ts'

interface Context {
  request: Request
  requestId: string
  cause: CauseOf
  set: { headers: Record<string, string | number | string[] | undefined> }
}

const detail = (operationId: string, summary: string, description: string) => ({
  tags: ['OAuth'],
  operationId,
  summary,
  description,
})

export function routes(deps: Deps) {
  const { config, log } = deps
  const sessionOf = browserSessions(deps)
  const localeOf = (request: Request) => preferredLocale(request.headers.get('accept-language')) ?? 'en'

  /** Each process counts by itself, because the limit protects the process. */
  function limit(cause: Cause): void {
    if (!config.rateLimit) return
    const allowance = takeOfAddressHere(deps, 'logout:address', cause)
    if (!allowance.allowed) throw rateLimited(allowance)
  }

  async function answer(
    { request, requestId, cause, set }: Context,
    source: () => URLSearchParams,
    handler: (visitor: Visitor, parameters: Parameters) => Promise<Answered>,
  ): Promise<Response> {
    try {
      limit(cause())
      const parameters = readParameters(source())
      const session = await sessionOf(request, set.headers)
      return toResponse(
        await handler({ cause: cause(session), requestId, session, locale: localeOf(request) }, parameters),
      )
    } catch (error) {
      if (!(error instanceof OAuthError)) {
        const later = laterAnswer(problemOf(error), request, { locale: localeOf(request), config, requestId })
        if (later === undefined) throw error
        return toResponse(later)
      }
      log.info('logout request refused', { requestId, reason: error.message })
      return toResponse(cardAnswer(errorPage(localeOf(request), config, { page: 'request', requestId }), [], 400))
    }
  }

  return new Elysia({ name: 'logout', normalize: false })
    .use(access(deps))
    .get(
      '/oauth/logout',
      ({ request, requestId, cause, set }) =>
        answer(
          { request, requestId, cause, set },
          () => new URL(request.url, config.appUrl).searchParams,
          (visitor, parameters) => logOut(deps, visitor, parameters, { confirmed: false, status: 302 }),
        ),
      {
        public: true,
        response: { 302: Redirect, ...failures('request.rate_limited') },
        detail: {
          ...takesQuery(LogoutParameters),
          ...refusedByPage(400),
          ...detail(
            'logOut',
            'Sign a person out in this browser',
            'The end session endpoint (OpenID Connect RP-Initiated Logout 1.0), which a browser opens. With an ID token of this session as `id_token_hint` it ends the session and redirects to `post_logout_redirect_uri`, which must be one of the client character for character, with `state`. Without it a page asks the person first. Other clients of the session are told by their back-channel logout URI.',
          ),
        },
      },
    )
    .post(
      '/oauth/logout',
      ({ request, requestId, cause, set, body }) =>
        answer(
          { request, requestId, cause, set },
          () => new URLSearchParams(typeof body === 'string' ? body : ''),
          async (visitor, parameters) => {
            const { decision, ...fields } = parameters.entries()
            // The form of another site: browsers send no session with it, but with the GET that follows.
            if (decision !== 'sign-out') return { to: logoutUrl(config.appUrl, fields), status: 303 }
            requireAllowedOrigin(request, { ...config, corsOrigins: [] })
            return logOut(deps, visitor, parameters, { confirmed: true, status: 303 })
          },
        ),
      {
        public: true,
        response: { 303: Redirect },
        detail: {
          ...takesForm(LogoutParameters),
          ...refusedByPage(400),
          ...detail(
            'logOutByForm',
            'Sign a person out, by a form',
            'The same with the parameters in a form. It redirects the browser to the GET, because browsers send no session with a form of another site.',
          ),
        },
      },
    )
}

/** Only what the GET reads. */
const KNOWN = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'logout_hint', 'ui_locales']

function logoutUrl(appUrl: string, fields: Record<string, string | string[]>): string {
  const query = new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      KNOWN.includes(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
  return `${appUrl}/oauth/logout${query.size === 0 ? '' : `?${query.toString()}`}`
}
