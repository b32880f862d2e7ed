/** Devices without a browser, such as a TV or a command line (RFC 8628). */
import { Elysia } from 'elysia'
import { takeOfAddressHere } from '../../core/limits/address-budgets.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { toResponse } from '../../http/answered.ts'
import { browserSessions } from '../../http/browser-session.ts'
import type { CauseOf } from '../../http/cause.ts'
import { authenticatesClient, oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { problemOf } from '../../http/problems.ts'
import type { Answered } from '../../lib/answered.ts'
import { preferredLocale } from '../../lib/languages.ts'
import { OAuthError } from '../../lib/oauth-error.ts'
import { cardAnswer } from '../authorize/card.tsx'
import { errorPage } from '../authorize/error-view.tsx'
import { laterAnswer } from '../authorize/later.ts'
import { Unanswerable } from '../authorize/recipient.ts'
import { answerEntry, showEntry } from './device-page.ts'
import { DeviceAuthorization, DeviceForm } from './schema.ts'
import { startDevice } from './start-device.ts'

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
    const allowance = takeOfAddressHere(deps, 'device:address', cause)
    if (!allowance.allowed) throw rateLimited(allowance)
  }

  const localeOf = (request: Request) => preferredLocale(request.headers.get('accept-language')) ?? 'en'

  async function visitor({ request, cause, set }: Context) {
    const session = await sessionOf(request, set.headers)
    return { cause: cause(session), session, locale: localeOf(request) }
  }

  /** A page for people. */
  async function page({ request, requestId, cause }: Context, handler: () => Promise<Answered>): Promise<Response> {
    try {
      limit(cause())
      return toResponse(await handler())
    } catch (error) {
      const shown = error instanceof OAuthError ? new Unanswerable('request', error.message) : error
      if (!(shown instanceof Unanswerable)) {
        const later = laterAnswer(problemOf(error), request, { locale: localeOf(request), config, requestId })
        if (later === undefined) throw error
        return toResponse(later)
      }
      const { page, status, signInUrl, message: reason } = shown
      log.info('device not connected', { requestId, reason })
      return toResponse(cardAnswer(errorPage(localeOf(request), config, { page, requestId, signInUrl }), [], status))
    }
  }

  return new Elysia({ name: 'device', normalize: false })
    .use(access(deps))
    .post(
      '/oauth/device',
      ({ body, request, cause, requestId, set }) => {
        limit(cause())
        return answering(deps, { requestId, set }, async () =>
          oauthJson(await startDevice(deps, cause(), request, formOf(body))),
        )
      },
      {
        public: true,
        response: { 200: DeviceAuthorization },
        detail: {
          ...authenticatesClient,
          ...takesForm(DeviceForm),
          ...oauthFailures({
            400: [
              'invalid_request',
              'unauthorized_client',
              'invalid_scope',
              'invalid_target',
              'invalid_authorization_details',
            ],
            401: ['invalid_client'],
          }),
          tags: ['OAuth'],
          operationId: 'authorizeDevice',
          summary: 'Begin to connect a device',
          description:
            'The device authorization endpoint (RFC 8628 §3.1), for devices without a browser. The device shows `user_code`. A person types it at `verification_uri` and decides. Meanwhile the device asks /oauth/token every `interval` seconds with `grant_type=urn:ietf:params:oauth:grant-type:device_code`.',
        },
      },
    )
    .get(
      '/device',
      ({ request, requestId, cause, set }) => {
        const asked: Context = { request, requestId, cause, set }
        return page(asked, async () => {
          const given = new URL(request.url, config.appUrl).searchParams.get('user_code') ?? undefined
          return showEntry(deps, await visitor(asked), given)
        })
      },
      { public: true, detail: { hide: true } },
    )
    .post(
      '/device',
      ({ request, requestId, cause, set, body }) => {
        const asked: Context = { request, requestId, cause, set }
        return page(asked, async () => {
          requireAllowedOrigin(request, { ...config, corsOrigins: [] })
          return answerEntry(deps, await visitor(asked), formOf(body))
        })
      },
      { public: true, detail: { hide: true } },
    )
}
