import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { authenticatesClient, oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { authenticateClient, whereAssertionUsed } from '../oauth-clients/authenticate-client.ts'
import { consumeChallengeOrFail } from '../passkeys/queries.ts'
import { revokeTokenOf } from './revoke-token.ts'
import { RevocationForm, Revoked } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'revoke', normalize: false }).use(access(deps)).post(
    '/oauth/revoke',
    ({ body, request, cause, requestId, set }) =>
      answering(deps, { requestId, set }, async () => {
        const parameters = formOf(body)
        const by = cause()
        const { client, oneUse } = await authenticateClient(deps, by, request, parameters, '/oauth/revoke')
        const token = parameters.get('token')
        if (token === undefined) throw refuse('invalid_request', 'The parameter token is missing.')
        const before = oneUse === undefined ? [] : [consumeChallengeOrFail(deps.db, oneUse)]
        await revokeTokenOf(deps, by, client, token, before).catch(whereAssertionUsed)
        return oauthJson({})
      }),
    {
      public: true,
      response: { 200: Revoked },
      detail: {
        ...authenticatesClient,
        ...takesForm(RevocationForm),
        ...oauthFailures({ 400: ['invalid_request'], 401: ['invalid_client'] }),
        tags: ['OAuth'],
        operationId: 'revokeToken',
        summary: 'End a token',
        description:
          'Token revocation (RFC 7009). A refresh token ends with every other token of its sign-in, an access token alone. Unknown tokens and tokens of other clients are answered with 200 too.',
      },
    },
  )
