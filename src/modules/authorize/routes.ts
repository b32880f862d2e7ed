/** The authorization endpoint and the consent page: what a browser opens when a person signs in to an app. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { browserPages, type Visit } from '../../http/browser-pages.ts'
import { refusedByPage, takesForm, takesQuery } from '../../http/endpoint-detail.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { failures, Redirect } from '../../http/responses.ts'
import { readParameters } from '../../lib/form-parameters.ts'
import { answerConsent, showConsent } from './answer-consent.ts'
import { authorize } from './authorize.ts'
import { pagesOfErrors } from './page-of-error.ts'
import { postedInteraction } from './posted.ts'
import { AuthorizationRequest } from './schema.ts'
import { findRequest } from './source.ts'

export function routes(deps: Deps) {
  const { config } = deps
  const pages = pagesOfErrors(deps, 'authorization not answered')
  const { answer, visitor } = browserPages(deps, 'authorize:address', pages)
  const parametersOf = (request: Request) => new URL(request.url, config.appUrl).searchParams

  return new Elysia({ name: 'authorize', normalize: false })
    .use(access(deps))
    .get(
      '/oauth/authorize',
      (context) => {
        const { request, requestId, cause, set } = context
        const asked: Visit = { request, requestId, cause, set }
        return answer(asked, async () => {
          const browser = await visitor(asked)
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
        const asked: Visit = { request, requestId, cause, set }
        return answer(asked, async () => {
          const browser = await visitor(asked)
          return showConsent(deps, browser, parametersOf(request).get('interaction') ?? '', browser.locale)
        })
      },
      { public: true, detail: { hide: true } },
    )
    .post(
      '/oauth/consent',
      ({ request, requestId, cause, set, body }) => {
        const asked: Visit = { request, requestId, cause, set }
        return answer(asked, async () => {
          requireAllowedOrigin(request, { ...config, corsOrigins: [] })
          const form = readParameters(new URLSearchParams(typeof body === 'string' ? body : ''))
          const decision = form.get('decision')
          const sealed = form.get('interaction') ?? ''
          if (decision !== 'allow' && decision !== 'deny')
            return { to: `${config.appUrl}/oauth/consent?interaction=${encodeURIComponent(sealed)}`, status: 303 }
          return answerConsent(deps, await visitor(asked), { sealed, allows: decision === 'allow' })
        })
      },
      { public: true, detail: { hide: true } },
    )
}
