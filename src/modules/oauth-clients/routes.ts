/** OAuth clients, of organisations and of the instance. */
import { Elysia, t } from 'elysia'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { changeClient, removeClient } from './change-client.ts'
import { createClient } from './create-client.ts'
import { toOAuthClient } from './described.ts'
import { pageOfClients, readClient } from './list-clients.ts'
import { addSecret, removeSecret } from './rotate-secret.ts'
import {
  ClientSecretParams,
  CreateClientSecret,
  CreatedClientSecret,
  CreatedOAuthClient,
  CreateOAuthClient,
  IfMatch,
  ListOAuthClients,
  OAuthClient,
  OAuthClientPage,
  OAuthClientParams,
  UpdateOAuthClient,
} from './schema.ts'

const tags = ['OAuth clients']

export function routes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'oauth-clients', prefix: '/v1/oauth-clients', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query }) => {
        const { items, nextCursor } = await pageOfClients(deps, actor, query)
        return { items: items.map(toOAuthClient), nextCursor }
      },
      {
        requires: 'principal',
        query: ListOAuthClients,
        response: { 200: OAuthClientPage, ...failures('request.invalid', 'org.not_found', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'listOAuthClients',
          summary: 'List OAuth clients',
          description:
            'With `orgId` those of the organisation, otherwise those of the instance. Needs `oauth-clients:read` there.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const { client, secret } = await createClient(deps, cause(actor), actor, body, key)
        set.status = 201
        set.headers.location = `/v1/oauth-clients/${encodeURIComponent(client.id)}`
        set.headers.etag = etag(client.version)
        return { ...toOAuthClient(client), ...(secret === undefined ? {} : { clientSecret: secret }) }
      },
      {
        requires: 'principal',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateOAuthClient,
        response: {
          201: CreatedOAuthClient,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'org.not_found',
            'serviceaccount.not_found',
            'oauthclient.not_found',
            'oauthclient.scope_refused',
            'oauthclient.too_many',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'createOAuthClient',
          summary: 'Make an OAuth client',
          description:
            'Needs `oauth-clients:write` in the organisation or in the instance, and a fresh session. The secret is shown once: a repeat with the same Idempotency-Key gets the client without it. Only administrators of the instance make first-party clients.',
        },
      },
    )
    .get(
      '/:id',
      async ({ actor, params, set }) => {
        const client = await readClient(deps, actor, params.id)
        set.headers.etag = etag(client.version)
        return toOAuthClient(client)
      },
      {
        requires: 'principal',
        params: OAuthClientParams,
        response: { 200: OAuthClient, ...failures('oauthclient.not_found') },
        detail: { tags, operationId: 'getOAuthClient', summary: 'Read an OAuth client' },
      },
    )
    .patch(
      '/:id',
      async ({ actor, body, cause, headers, params, set }) => {
        const versions = matchVersions(headers['if-match'])
        const client = await changeClient(deps, cause(actor), actor, params.id, body, versions)
        set.headers.etag = etag(client.version)
        return toOAuthClient(client)
      },
      {
        requires: 'principal',
        params: OAuthClientParams,
        headers: t.Object(IfMatch),
        body: UpdateOAuthClient,
        response: {
          200: OAuthClient,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'serviceaccount.not_found',
            'oauthclient.not_found',
            'oauthclient.changed',
            'oauthclient.described_elsewhere',
            'oauthclient.scope_refused',
          ),
        },
        detail: {
          tags,
          operationId: 'updateOAuthClient',
          summary: 'Change an OAuth client',
          description:
            'Requires a fresh session. A disabled client and its tokens are refused within a second. First-party clients are changed by administrators of the instance alone.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removeClient(deps, cause(actor), actor, params.id)
        return noContent()
      },
      {
        requires: 'principal',
        params: OAuthClientParams,
        response: {
          204: NoContent,
          ...failures('auth.forbidden', 'auth.fresh_session_required', 'oauthclient.not_found'),
        },
        detail: {
          tags,
          operationId: 'deleteOAuthClient',
          summary: 'Delete an OAuth client',
          description: 'Its grants and tokens end with it. Requires a fresh session.',
        },
      },
    )
    .post(
      '/:id/secrets',
      async ({ actor, body, cause, params, set }) => {
        const created = await addSecret(deps, cause(actor), actor, params.id, body)
        set.status = 201
        return created
      },
      {
        requires: 'principal',
        params: OAuthClientParams,
        body: CreateClientSecret,
        response: {
          201: CreatedClientSecret,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'serviceaccount.not_found',
            'oauthclient.not_found',
            'oauthclient.no_secret',
            'oauthclient.scope_refused',
            'oauthclient.too_many_secrets',
          ),
        },
        detail: {
          tags,
          operationId: 'createOAuthClientSecret',
          summary: 'Make a further secret of an OAuth client',
          description:
            'The old secret works beside it until it is removed, or until `overlapUntil`. A client has two secrets at most. The secret is shown once. Requires a fresh session.',
        },
      },
    )
    .delete(
      '/:id/secrets/:secretId',
      async ({ actor, cause, params }) => {
        await removeSecret(deps, cause(actor), actor, params)
        return noContent()
      },
      {
        requires: 'principal',
        params: ClientSecretParams,
        response: {
          204: NoContent,
          ...failures(
            'auth.forbidden',
            'auth.fresh_session_required',
            'oauthclient.not_found',
            'oauthclient.secret_not_found',
          ),
        },
        detail: {
          tags,
          operationId: 'deleteOAuthClientSecret',
          summary: 'Remove a secret of an OAuth client',
          description: 'The secret is refused within a second. Requires a fresh session.',
        },
      },
    )
}
