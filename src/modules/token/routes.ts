/** Exchanges a code, a refresh token, a client's own credential or a token of another party for tokens. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { authenticatesClient, oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { answerTokenRequest } from './answer-request.ts'
import { TokenAnswerSchema, TokenForm } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'token', normalize: false }).use(access(deps)).post(
    '/oauth/token',
    ({ body, request, cause, requestId, set }) =>
      answering(deps, { requestId, set }, async () => {
        const { answer, nonce } = await answerTokenRequest(deps, cause(), request, formOf(body))
        return oauthJson(answer, 200, nonce === undefined ? {} : { 'dpop-nonce': nonce })
      }),
    {
      public: true,
      response: { 200: TokenAnswerSchema },
      detail: {
        ...authenticatesClient,
        ...takesForm(TokenForm),
        ...oauthFailures({
          400: [
            'invalid_request',
            'invalid_grant',
            'unauthorized_client',
            'unsupported_grant_type',
            'invalid_scope',
            'invalid_target',
            'authorization_pending',
            'slow_down',
            'access_denied',
            'expired_token',
            'invalid_dpop_proof',
            'use_dpop_nonce',
          ],
          401: ['invalid_client'],
          503: ['temporarily_unavailable'],
        }),
        tags: ['OAuth'],
        operationId: 'exchangeForTokens',
        summary: 'Exchange a grant for tokens',
        description:
          'The token endpoint (OAuth 2.1 §3.2). The body is a form. `grant_type` decides which other parameters it has.',
      },
    },
  )
