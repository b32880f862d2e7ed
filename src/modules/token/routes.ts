/** Exchanges a code, a refresh token, a client's own credential or a token of another party for tokens. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { answerTokenRequest } from './answer-request.ts'
import { TokenAnswerSchema } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'token', normalize: false }).use(access(deps)).post(
    '/oauth/token',
    ({ body, request, cause, requestId }) =>
      answering(deps, requestId, async () => {
        const { answer, nonce } = await answerTokenRequest(deps, cause(), request, formOf(body))
        return oauthJson(answer, 200, nonce === undefined ? {} : { 'dpop-nonce': nonce })
      }),
    {
      public: true,
      response: { 200: TokenAnswerSchema },
      detail: {
        tags: ['OAuth'],
        operationId: 'exchangeForTokens',
        summary: 'Exchange a grant for tokens',
        description:
          'The token endpoint (OAuth 2.1 §3.2). The body is a form. `grant_type` decides which other parameters it has. A refusal has the form of RFC 6749 §5.2: `error` and `error_description`.',
      },
    },
  )
