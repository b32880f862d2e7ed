/** Keeps the parameters of an authorization request for the browser that follows (RFC 9126). */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { answering, oauthJson } from '../../http/oauth.ts'
import { pushRequest } from './push-request.ts'

const PushedRequest = Type.Object(
  {
    request_uri: Type.String({
      examples: ['urn:ietf:params:oauth:request_uri:4uQGvSx8Qd0mV6bF4l1bYJ8nTq2wXhR3sK5pZ7cE9aI'],
    }),
    expires_in: Type.Integer({ description: 'In seconds.', examples: [60] }),
  },
  { title: 'PushedRequest' },
)

export const routes = (deps: Deps) =>
  new Elysia({ name: 'par', normalize: false }).use(access(deps)).post(
    '/oauth/par',
    ({ body, request, cause, requestId }) =>
      answering(deps, requestId, async () => {
        const source = new URLSearchParams(typeof body === 'string' ? body : '')
        const { answer, nonce } = await pushRequest(deps, cause(), request, source)
        return oauthJson(answer, 201, nonce === undefined ? {} : { 'dpop-nonce': nonce })
      }),
    {
      public: true,
      response: { 201: PushedRequest },
      detail: {
        tags: ['OAuth'],
        operationId: 'pushAuthorizationRequest',
        summary: 'Push an authorization request',
        description:
          'Takes the parameters of `GET /oauth/authorize` in a form, with the authentication of the client (RFC 9126). The `request_uri` of the answer works once, for this client, within a minute. A refusal has the form of RFC 6749 §5.2.',
      },
    },
  )
