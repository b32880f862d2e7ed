/** The end session endpoint. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { browserPages, type Visit } from '../../http/browser-pages.ts'
import { refusedByPage, takesForm, takesQuery } from '../../http/endpoint-detail.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { failures, Redirect } from '../../http/responses.ts'
import type { Answered } from '../../lib/answered.ts'
import { type Parameters, readParameters } from '../../lib/form-parameters.ts'
import { pagesOfErrors } from '../authorize/page-of-error.ts'
import { logOut, type Visitor } from './log-out.ts'
import { LogoutParameters } from './schema.ts'

const detail = (operationId: string, summary: string, description: string) => ({
  tags: ['OAuth'],
  operationId,
  summary,
  description,
})

export function routes(deps: Deps) {
  const { config } = deps
  const pages = browserPages(deps, 'logout:address', pagesOfErrors(deps, 'logout request refused'))
  const answer = (
    visit: Visit,
    source: () => URLSearchParams,
    handler: (visitor: Visitor, parameters: Parameters) => Promise<Answered>,
  ): Promise<Response> =>
    pages.answer(visit, async () => {
      const parameters = readParameters(source())
      return handler(await pages.visitor(visit), parameters)
    })

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
