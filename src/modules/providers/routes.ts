/** Sign-in with an identity of another provider: the start and the callback. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { isRecent } from '../../http/fresh-session.ts'
import { identifier } from '../../http/identify.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { failures, limited, Redirect, redirect, stateless } from '../../http/responses.ts'
import { isNavigation } from './accepts.ts'
import { readFlowCookie, readSessionCookie, writeFlowCookie } from '../../lib/cookies.ts'
import { isSignInPage, returnOfProvider } from '../../lib/return-urls.ts'
import { deviceTokenOf } from '../mfa/present-sign-in.ts'
import { sealWaiting, waitingCookie } from '../mfa/waiting-sign-in.ts'
import { presentSession } from '../sessions/present-session.ts'
import { beginFailures, beginFlow } from './begin-flow.ts'
import { nameInForm } from './display-name.ts'
import { type Finished, finishFlow } from './finish-flow.ts'
import { FLOW_SECONDS, type Flow, openFlow } from './flow-cookie.ts'
import { leadOn, tell, withError } from './lead-on.ts'
import { callbackUrl, NAME_PARAMETER, providerOf } from './provider-client.ts'
import { CallbackQuery, ProviderParams, Providers, StartQuery } from './schema.ts'

const tags = ['Providers']
/** The reason in the log if the flow cookie is missing or does not open. */
const NO_FLOW = 'the request has no cookie of this flow: the flow is finished, is too old, or began in another browser'
/** RFC 6749 §4.1.2, RFC 9207. The redirect to the GET keeps only these parameters of a form, and a name. */
const ANSWER_PARAMETERS = ['state', 'code', 'error', 'iss']

export function routes(deps: Deps) {
  const { config, clock } = deps
  const items = config.providers.map(({ id, name }) => ({ id, name }))
  const forgetFlow = writeFlowCookie(config.appUrl, '', 0)
  const identify = identifier(deps)

  /**
   * True if the browser sends a cookie of a living session. If no cache knows the session, this costs a separate
   * round trip. It is needed only for a person who opens a used callback again.
   */
  async function isSignedIn(request: Request): Promise<boolean> {
    try {
      return (identify.cached(request) ?? (await identify.load(request))) !== undefined
    } catch {
      return false // the sign-in page reports the failure
    }
  }

  /**
   * The redirect of the browser, with its cookies. The challenge for a second factor is in the fragment, so no log
   * receives it. Our own page gets it in a cookie, and needs no script.
   */
  async function ending({ returnTo, fresh }: Flow, finished: Finished): Promise<Response> {
    const cookies = [forgetFlow]
    const target = new URL(returnTo)
    if (finished.done === 'linked') target.searchParams.set('linked', 'true')
    else if ('mfa' in finished.signedIn && isSignInPage(config, returnTo)) {
      const { challenge, factors } = finished.signedIn.mfa
      target.searchParams.delete('from')
      target.searchParams.set('step', 'second')
      cookies.push(waitingCookie(config, await sealWaiting(deps, { for: 'factor', challenge, factors })))
    } else if ('mfa' in finished.signedIn) {
      const { challenge, factors } = finished.signedIn.mfa
      target.hash = new URLSearchParams({ mfa_challenge: challenge, factors: factors.join(' ') }).toString()
    } else {
      const headers: { 'set-cookie'?: string } = {}
      await presentSession(deps, headers, finished.signedIn.session)
      if (headers['set-cookie'] !== undefined) cookies.push(headers['set-cookie'])
      // Tells an app that asked for a fresh session, so that it does not ask again in a loop.
      if (fresh && !isRecent(finished.signedIn.session.authenticatedAt, clock))
        target.searchParams.set('fresh', 'false')
    }
    return redirect(target.href, cookies)
  }

  return new Elysia({ name: 'providers', prefix: '/v1/auth/providers', normalize: false })
    .use(access(deps))
    .get('/', () => ({ items }), {
      public: true,
      response: { 200: Providers, ...failures() },
      detail: { ...stateless, tags, operationId: 'listProviders', summary: 'List the providers to sign in with' },
    })
    .get(
      '/:id/start',
      async ({ params, query: { returnTo, fresh }, request, set, cause, requestId }) => {
        await limitAddress(deps, 'provider-start:address', cause(), set.headers)
        try {
          const { url, cookie } = await beginFlow(deps, params.id, { returnTo, fresh: fresh === 'true' })
          return redirect(url, [writeFlowCookie(config.appUrl, cookie, FLOW_SECONDS)])
        } catch (error) {
          const target = returnOfProvider(config, returnTo)
          if (!(error instanceof Problem) || target === undefined || !isNavigation(request)) throw error
          tell(deps, error, { provider: params.id, requestId })
          return redirect(withError(target, error))
        }
      },
      {
        public: true,
        params: ProviderParams,
        query: StartQuery,
        response: {
          302: Redirect,
          ...failures(...beginFailures),
        },
        detail: {
          ...limited,
          tags,
          operationId: 'startProvider',
          summary: 'Start a sign-in with a provider',
          description:
            'For a link or a navigation of the browser, not for fetch. If the provider cannot be used, the server redirects a browser (`Accept: text/html`) to `returnTo` with `?error=`.',
        },
      },
    )
    .post(
      '/:id/callback',
      ({ params, body }) => {
        const provider = providerOf(deps, params.id)
        if (!provider.formPost) throw problem('provider.not_found')
        const form = new URLSearchParams(typeof body === 'string' ? body : '')
        const target = new URL(callbackUrl(deps, provider))
        for (const name of ANSWER_PARAMETERS)
          for (const value of form.getAll(name)) target.searchParams.append(name, value)
        const name = nameInForm(form.get('user'))
        if (name !== '') target.searchParams.set(NAME_PARAMETER, name)
        // Browsers send no SameSite=Lax cookie with a POST from another site. They send it with the GET that follows
        // the redirect.
        return redirect(target.href, [], 303)
      },
      {
        public: true,
        params: ProviderParams,
        response: { 303: Redirect, ...failures('provider.not_found') },
        detail: {
          ...stateless,
          tags,
          operationId: 'finishProviderByForm',
          summary: 'Receive the answer of a provider by a form',
          description:
            'For Apple (`response_mode=form_post`), as `application/x-www-form-urlencoded`. Only redirects the browser to the GET of the same path.',
        },
      },
    )
    .get(
      '/:id/callback',
      async ({ params, request, set, cause, requestId }) => {
        const cookies = request.headers.get('cookie')
        const opened = await openFlow(deps, readFlowCookie(cookies, config.appUrl))
        const flow = opened?.provider === params.id ? opened : undefined
        const { search, searchParams } = new URL(request.url, config.appUrl)
        // The answer to an older flow (for example after the back button) does not end the flow that is open in
        // another tab.
        const isOver = flow !== undefined && searchParams.get('state') === flow.state
        try {
          await limitAddress(deps, 'provider:address', cause(), set.headers)
          if (flow === undefined) throw problem('provider.flow_invalid', { cause: new Error(NO_FLOW) })
          const finished = await finishFlow(deps, cause(), flow, {
            query: search,
            sessionCookie: readSessionCookie(cookies, config.appUrl),
            deviceToken: deviceTokenOf(deps, request),
          })
          return await ending(flow, finished)
        } catch (error) {
          const about = { provider: params.id, flow, requestId, isSignedIn: () => isSignedIn(request) }
          const target = await leadOn(deps, request, error, about)
          return redirect(target, isOver ? [forgetFlow] : [])
        }
      },
      {
        public: true,
        params: ProviderParams,
        query: CallbackQuery,
        response: { 302: Redirect, ...failures('provider.flow_invalid') },
        detail: {
          ...limited,
          tags,
          operationId: 'finishProvider',
          summary: 'Receive the answer of a provider',
          description:
            'The redirect URI to register at the provider. Redirects to `returnTo`: with the session cookie after a sign-in; with `#mfa_challenge` and `factors` if the account needs a second factor (`POST /v1/auth/mfa/verify`); with `?linked=true` after a link; with `?error=` and an error code of this document after a failure. If a person opens a used callback again, the server redirects to `returnTo` if they are signed in, else to the sign-in page. A program that asks only for JSON gets the problem document.',
        },
      },
    )
}
