/** Programs that register themselves as OAuth clients: RFC 7591, RFC 7592. */
import { Elysia } from 'elysia'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { oauthFailures } from '../../http/endpoint-detail.ts'
import { answering, oauthJson } from '../../http/oauth.ts'
import { failures, limited, NoContent, noContent } from '../../http/responses.ts'
import { deleteOwn, readOwn, replaceOwn } from './manage-registration.ts'
import { registerClient } from './register-client.ts'
import { RegisteredClient, Registration, RegistrationParams } from './schema.ts'

const tags = ['OAuth']
const METADATA_FAULTS = ['invalid_redirect_uri', 'invalid_client_metadata'] as const
const OFF = '404 unless OAUTH_REGISTRATION is open.'
const TOKEN = `The registration access token is the bearer token. ${OFF}`

export function routes(deps: Deps) {
  /** As if the routes were not there. */
  function assertOpen(): void {
    if (deps.config.variables.OAUTH_REGISTRATION !== 'open') throw problem('request.not_found')
  }

  return (
    new Elysia({ name: 'register', prefix: '/oauth/register', normalize: false })
      .use(access(deps))
      // Before the input is checked, which would tell that the routes are there.
      .onTransform(() => assertOpen())
      .post(
        '/',
        async ({ body, cause, requestId, set }) => {
          await limitAddress(deps, 'register:address', cause(), set.headers)
          return answering(deps, { requestId, set }, async () =>
            oauthJson(await registerClient(deps, cause(), body), 201),
          )
        },
        {
          public: true,
          body: Registration,
          response: { 201: RegisteredClient, ...failures('request.not_found') },
          detail: {
            ...limited,
            ...oauthFailures({ 400: METADATA_FAULTS, 503: ['temporarily_unavailable'] }),
            tags,
            operationId: 'registerClient',
            summary: 'Register a client',
            description: `Dynamic client registration (RFC 7591). ${OFF} Nobody vouches for such a client: people see that at consent. A registration that nobody uses ends after 30 days.`,
          },
        },
      )
      .get(
        '/:id',
        ({ cause, params: { id }, request, requestId, set }) => {
          const claim = { id, authorization: request.headers.get('authorization') }
          return answering(deps, { requestId, set }, async () => oauthJson(await readOwn(deps, cause(), claim)))
        },
        {
          public: true,
          params: RegistrationParams,
          response: { 200: RegisteredClient, ...failures('request.not_found') },
          detail: {
            ...oauthFailures({ 401: ['invalid_token'] }),
            tags,
            operationId: 'readRegistration',
            summary: 'Read my registration',
            description: TOKEN,
          },
        },
      )
      .put(
        '/:id',
        async ({ body, cause, params: { id }, request, requestId, set }) => {
          await limitAddress(deps, 'register:address', cause(), set.headers)
          const claim = { id, authorization: request.headers.get('authorization') }
          return answering(deps, { requestId, set }, async () =>
            oauthJson(await replaceOwn(deps, cause(), claim, body)),
          )
        },
        {
          public: true,
          params: RegistrationParams,
          body: Registration,
          response: { 200: RegisteredClient, ...failures('request.not_found') },
          detail: {
            ...limited,
            ...oauthFailures({ 400: METADATA_FAULTS, 401: ['invalid_token'] }),
            tags,
            operationId: 'replaceRegistration',
            summary: 'Replace my registration',
            description: `RFC 7592 §2.2. The body has \`client_id\`, and everything that is to stay. ${TOKEN}`,
          },
        },
      )
      .delete(
        '/:id',
        ({ cause, params: { id }, request, requestId, set }) => {
          const claim = { id, authorization: request.headers.get('authorization') }
          return answering(deps, { requestId, set }, async () => {
            await deleteOwn(deps, cause(), claim)
            return noContent()
          })
        },
        {
          public: true,
          params: RegistrationParams,
          response: { 204: NoContent, ...failures('request.not_found') },
          detail: {
            ...oauthFailures({ 401: ['invalid_token'] }),
            tags,
            operationId: 'deleteRegistration',
            summary: 'Delete my registration',
            description: `The grants of the client and their tokens end with it (RFC 7592 §2.3). ${TOKEN}`,
          },
        },
      )
  )
}
