/** Resources: the APIs that accept our access tokens. */
import { Elysia, t } from 'elysia'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import {
  CreateResource,
  IfMatch,
  ListResources,
  Resource,
  ResourcePage,
  ResourceParams,
  UpdateResource,
} from './schema.ts'
import { changeResource, createResource, pageOfResources, readResource, removeResource, toResource } from './service.ts'

const tags = ['Resources']

export function routes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'resources', prefix: '/v1/resources', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query }) => {
        const { items, nextCursor } = await pageOfResources(deps, actor, query)
        return { items: items.map(toResource), nextCursor }
      },
      {
        requires: 'principal',
        query: ListResources,
        response: { 200: ResourcePage, ...failures('request.invalid', 'org.not_found', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'listResources',
          summary: 'List resources',
          description:
            'With `orgId` those of the organisation, otherwise those of the instance. Needs `resources:read` there.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const resource = await createResource(deps, cause(actor), actor, body, key)
        set.status = 201
        set.headers.location = `/v1/resources/${resource.id}`
        set.headers.etag = etag(resource.version)
        return toResource(resource)
      },
      {
        requires: 'principal',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateResource,
        response: {
          201: Resource,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'org.not_found',
            'resource.audience_taken',
            'resource.not_found',
            'resource.domain_unproved',
            'resource.too_many',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'createResource',
          summary: 'Make a resource',
          description:
            'An API whose access tokens this server issues: their `aud` is its audience (RFC 8707). Needs `resources:write` in the organisation or in the instance, and a fresh session. Scopes of OpenID Connect belong to this server.',
        },
      },
    )
    .get(
      '/:id',
      async ({ actor, params, set }) => {
        const resource = await readResource(deps, actor, params.id)
        set.headers.etag = etag(resource.version)
        return toResource(resource)
      },
      {
        requires: 'principal',
        params: ResourceParams,
        response: { 200: Resource, ...failures('resource.not_found') },
        detail: { tags, operationId: 'getResource', summary: 'Read a resource' },
      },
    )
    .patch(
      '/:id',
      async ({ actor, body, cause, headers, params, set }) => {
        const versions = matchVersions(headers['if-match'])
        const resource = await changeResource(deps, cause(actor), actor, params.id, body, versions)
        set.headers.etag = etag(resource.version)
        return toResource(resource)
      },
      {
        requires: 'principal',
        params: ResourceParams,
        headers: t.Object(IfMatch),
        body: UpdateResource,
        response: {
          200: Resource,
          ...failures(
            'request.invalid',
            'auth.forbidden',
            'auth.fresh_session_required',
            'resource.not_found',
            'resource.changed',
          ),
        },
        detail: {
          tags,
          operationId: 'updateResource',
          summary: 'Change a resource',
          description: 'Requires a fresh session. The audience does not change: make another resource.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removeResource(deps, cause(actor), actor, params.id)
        return noContent()
      },
      {
        requires: 'principal',
        params: ResourceParams,
        response: {
          204: NoContent,
          ...failures('auth.forbidden', 'auth.fresh_session_required', 'resource.not_found'),
        },
        detail: {
          tags,
          operationId: 'deleteResource',
          summary: 'Delete a resource',
          description: 'No access token for it is issued from then on. Requires a fresh session.',
        },
      },
    )
}
