import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { authenticatesClient, oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { authenticateClient, whereAssertionUsed } from '../oauth-clients/authenticate-client.ts'
import { consumeChallengeOrFail } from '../passkeys/queries.ts'
import { introspectToken } from './introspect-token.ts'
import { Introspection, IntrospectionForm } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'introspect', normalize: false }).use(access(deps)).post(
    '/oauth/introspect',
    ({ body, request, cause, requestId, set }) =>
      answering(deps, { requestId, set }, async () => {
        const parameters = formOf(body)
        const { client, oneUse } = await authenticateClient(deps, cause(), request, parameters, '/oauth/introspect')
        // RFC 7662 §4: who cannot prove who they are would learn about tokens that they found.
        if (client.authMethod === 'none')
          throw refuse('unauthorized_client', 'A public client cannot introspect tokens.', { status: 401 })
        const token = parameters.get('token')
        if (token === undefined) throw refuse('invalid_request', 'The parameter token is missing.')
        const before = oneUse === undefined ? [] : [consumeChallengeOrFail(deps.db, oneUse)]
        return oauthJson(await introspectToken(deps, client, token, before).catch(whereAssertionUsed))
      }),
    {
      public: true,
      response: { 200: Introspection },
      detail: {
        ...authenticatesClient,
        ...takesForm(IntrospectionForm),
        ...oauthFailures({ 400: ['invalid_request'], 401: ['invalid_client', 'unauthorized_client'] }),
        tags: ['OAuth'],
        operationId: 'introspectToken',
        summary: 'Ask what a token says, and whether it works',
        description:
          'Token introspection (RFC 7662), for confidential clients. A client learns about its own tokens, and about access tokens for an audience that is registered with it. Every other token is answered with `{ "active": false }`.',
      },
    },
  )
