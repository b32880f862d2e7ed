/** Devices without a browser, such as a TV or a command line (RFC 8628). */
import { Elysia } from 'elysia'
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { browserPages, type Visit } from '../../http/browser-pages.ts'
import { authenticatesClient, oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { pagesOfErrors } from '../authorize/page-of-error.ts'
import { answerEntry, showEntry } from './device-page.ts'
import { DeviceAuthorization, DeviceForm } from './schema.ts'
import { startDevice } from './start-device.ts'

export function routes(deps: Deps) {
  const { config } = deps
  const { answer, visitor } = browserPages(deps, 'device:address', pagesOfErrors(deps, 'device not connected'))

  return new Elysia({ name: 'device', normalize: false })
    .use(access(deps))
    .post(
      '/oauth/device',
      ({ body, request, cause, requestId, set }) => {
        limitAddressHere(deps, 'device:address', cause())
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
        const asked: Visit = { request, requestId, cause, set }
        return answer(asked, async () => {
          const given = new URL(request.url, config.appUrl).searchParams.get('user_code') ?? undefined
          return showEntry(deps, await visitor(asked), given)
        })
      },
      { public: true, detail: { hide: true } },
    )
    .post(
      '/device',
      ({ request, requestId, cause, set, body }) => {
        const asked: Visit = { request, requestId, cause, set }
        return answer(asked, async () => {
          requireAllowedOrigin(request, { ...config, corsOrigins: [] })
          return answerEntry(deps, await visitor(asked), formOf(body))
        })
      },
      { public: true, detail: { hide: true } },
    )
}
