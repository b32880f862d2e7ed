/** API keys of people, organisations and service accounts. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, limited, NoContent, noContent } from '../../http/responses.ts'
import { createKey } from './create-key.ts'
import { findKey, listKeys } from './list-keys.ts'
import { revokeByValue, revokeKey } from './revoke-key.ts'
import { rotateKey } from './rotate-key.ts'
import {
  ApiKey,
  ApiKeyPage,
  ApiKeyParams,
  CreateApiKey,
  CreatedApiKey,
  ListApiKeys,
  RevokeByValue,
  RotateApiKey,
  toApiKey,
} from './schema.ts'

const tags = ['API keys']

export const routes = (deps: Deps) =>
  new Elysia({ name: 'api-keys', prefix: '/v1/api-keys', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query }) => {
        const { items, nextCursor } = await listKeys(deps, actor, query)
        return { items: items.map(toApiKey), nextCursor }
      },
      {
        requires: 'principal',
        query: ListApiKeys,
        response: { 200: ApiKeyPage, ...failures('request.invalid', 'org.not_found', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'listApiKeys',
          summary: 'List API keys',
          description:
            'Without a filter: my own. Keys of an organisation need `api-keys:read` there; `all` and keys of another person need it in the instance. Keys that were revoked or have expired are not listed.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, set }) => {
        const created = await createKey(deps, cause(actor), actor, body)
        set.status = 201
        set.headers.location = `/v1/api-keys/${created.id}`
        return created
      },
      {
        requires: 'principal',
        body: CreateApiKey,
        response: {
          201: CreatedApiKey,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'apikey.scope_refused',
            'apikey.too_many',
            'decision.too_expensive',
            'org.not_found',
            'serviceaccount.not_found',
          ),
        },
        detail: {
          tags,
          operationId: 'createApiKey',
          summary: 'Make an API key',
          description:
            'Of the caller; with `orgId`, of the organisation (needs `api-keys:write` there); with `serviceAccountId`, of the service account (needs `service-accounts:write`). Requires a fresh session. The scopes are permissions that the caller has. The key is shown once.',
        },
      },
    )
    .post(
      '/revoke',
      async ({ body, cause, set }) => {
        await revokeByValue(deps, cause(), body.key, set.headers)
        return noContent()
      },
      {
        public: true,
        body: RevokeByValue,
        response: { 204: NoContent },
        detail: {
          ...limited,
          tags,
          operationId: 'revokeApiKeyByValue',
          summary: 'Revoke an API key that was found',
          description:
            'For scanners of secrets, and for whoever finds a key. The answer is the same whether there is such a key or not. A mail tells the owner.',
        },
      },
    )
    .get('/:id', async ({ actor, params }) => toApiKey(await findKey(deps, actor, params.id)), {
      requires: 'principal',
      params: ApiKeyParams,
      response: { 200: ApiKey, ...failures('apikey.not_found') },
      detail: { tags, operationId: 'getApiKey', summary: 'Read an API key' },
    })
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await revokeKey(deps, cause(actor), actor, params.id)
        return noContent()
      },
      {
        requires: 'principal',
        params: ApiKeyParams,
        response: {
          204: NoContent,
          ...failures('apikey.not_found', 'auth.forbidden', 'auth.fresh_session_required'),
        },
        detail: {
          tags,
          operationId: 'revokeApiKey',
          summary: 'Revoke an API key',
          description: 'Requires a fresh session. Every process refuses the key within a second.',
        },
      },
    )
    .post(
      '/:id/rotate',
      async ({ actor, body, cause, params, set }) => {
        const created = await rotateKey(deps, cause(actor), actor, params.id, body)
        set.status = 201
        set.headers.location = `/v1/api-keys/${created.id}`
        return created
      },
      {
        requires: 'principal',
        params: ApiKeyParams,
        body: RotateApiKey,
        response: {
          201: CreatedApiKey,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'apikey.not_found',
            'apikey.scope_refused',
            'apikey.already_rotated',
            'decision.too_expensive',
          ),
        },
        detail: {
          tags,
          operationId: 'rotateApiKey',
          summary: 'Replace an API key',
          description:
            'The new key has another id and the same owner, scopes, networks and limit. The old one works for 24 hours more, or until `overlapUntil`. Requires a fresh session.',
        },
      },
    )
