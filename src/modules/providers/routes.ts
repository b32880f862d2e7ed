/** Signing in with an identity at another provider: the way there, and the way back. */
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
import { chooseReturnUrl } from '../../lib/return-urls.ts'
import { deviceTokenOf } from '../mfa/present-sign-in.ts'
import { presentSession } from '../sessions/present-session.ts'
import { beginFailures, beginFlow } from './begin-flow.ts'
import { nameInForm } from './display-name.ts'
import { type Finished, finishFlow } from './finish-flow.ts'
import { FLOW_SECONDS, type Flow, openFlow } from './flow-cookie.ts'
import { leadOn, tell, withError } from './lead-on.ts'
import { callbackUrl, NAME_PARAMETER, providerOf } from './provider-client.ts'
import { CallbackQuery, ProviderParams, Providers, StartQuery } from './schema.ts'

const tags = ['Providers']
/** RFC 6749 §4.1.2, RFC 9207. What else a form holds is left behind, but for a name. */
const NO_FLOW = 'no cookie of this flow came along: it is finished, is too old, or began in another browser'
const ANSWER_PARAMETERS = ['state', 'code', 'error', 'iss']

export function routes(deps: Deps) {
  const { config, clock } = deps
  const items = config.providers.map(({ id, name }) => ({ id, name }))
  const forgetFlow = writeFlowCookie(config.appUrl, '', 0)
  const identify = identifier(deps)

  /**
   * By a cookie that is good now. A trip of its own where no cache knows the session: of somebody who has come back with
   * what was used already, and of nobody else.
   */
  async function isSignedIn(request: Request): Promise<boolean> {
    try {
      return (identify.cached(request) ?? (await identify.load(request))) !== undefined
    } catch {
      return false // and whatever is wrong, the page for signing in says it again
    }
  }

  /** Where the browser goes, and the cookies it gets. What a second factor needs stands in the fragment: no log sees it. */
  async function ending({ returnTo, fresh }: Flow, finished: Finished): Promise<Response> {
    const cookies = [forgetFlow]
    const target = new URL(returnTo)
    if (finished.done === 'linked') target.searchParams.set('linked', 'true')
    else if ('mfa' in finished.signedIn) {
      const { challenge, factors } = finished.signedIn.mfa
      target.hash = new URLSearchParams({ mfa_challenge: challenge, factors: factors.join(' ') }).toString()
    } else {
      const headers: { 'set-cookie'?: string } = {}
      await presentSession(deps, headers, finished.signedIn.session)
      if (headers['set-cookie'] !== undefined) cookies.push(headers['set-cookie'])
      // So that an app which asked for it does not ask again, and again.
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
          const target = chooseReturnUrl(config.returnUrls, returnTo)
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
          summary: 'Go and sign in with a provider',
          description:
            'For a link or a navigation of the browser, not for fetch. A browser (`Accept: text/html`) is sent to `returnTo` with `?error=` where there is no way to the provider.',
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
        // A POST from another site brings no SameSite=Lax cookie along. The GET it is sent on to does.
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
          summary: 'Come back from a provider that answers by a form',
          description:
            'For Apple (`response_mode=form_post`), as `application/x-www-form-urlencoded`. Sends the browser on to the GET of the same path, and does nothing else.',
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
        // The answer to an older flow, as by the back button, leaves the one that is under way in another tab alone.
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
          summary: 'Come back from a provider',
          description:
            'The redirect URI to register at the provider. Goes on to `returnTo`: signed in, with the session cookie; with `#mfa_challenge` and `factors` where a second factor is asked for (`POST /v1/auth/mfa/verify`); with `?linked=true` after a link; with `?error=` and a code of this document otherwise. Who comes back once more goes to `returnTo` when signed in, and to the page for signing in when not; a program that asks for JSON alone gets the problem.',
        },
      },
    )
}
