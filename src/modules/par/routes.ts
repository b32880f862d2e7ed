/** Keeps the parameters of an authorization request for the browser that follows (RFC 9126). */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { authenticatesClient, oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { answering, oauthJson } from '../../http/oauth.ts'
import { pushRequest } from './push-request.ts'
import { PushedRequest, PushForm } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'par', normalize: false }).use(access(deps)).post(
    '/oauth/par',
    ({ body, request, cause, requestId, set }) =>
      answering(deps, { requestId, set }, async () => {
        const source = new URLSearchParams(typeof body === 'string' ? body : '')
        const { answer, nonce } = await pushRequest(deps, cause(), request, source)
        return oauthJson(answer, 201, nonce === undefined ? {} : { 'dpop-nonce': nonce })
      }),
    {
      public: true,
      response: { 201: PushedRequest },
      detail: {
        ...authenticatesClient,
        ...takesForm(PushForm),
        ...oauthFailures({
          400: [
            'invalid_request',
            'unsupported_response_type',
            'request_not_supported',
            'invalid_scope',
            'invalid_target',
            'invalid_authorization_details',
            'invalid_dpop_proof',
            'use_dpop_nonce',
          ],
          401: ['invalid_client'],
        }),
        tags: ['OAuth'],
        operationId: 'pushAuthorizationRequest',
        summary: 'Push an authorization request',
        description:
          'Takes the parameters of `GET /oauth/authorize` in a form, with the authentication of the client (RFC 9126). The `request_uri` of the answer works once, for this client, within a minute.',
      },
    },
  )
