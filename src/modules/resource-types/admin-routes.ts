/** The types of resources that applications declare, for administrators. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { CreateResourceType, ResourceType, ResourceTypeParams, toResourceType, UpdateResourceType } from './schema.ts'
import { createResourceType, removeResourceType, updateResourceType } from './service.ts'

const tags = ['Resource types']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'resource-types', prefix: '/v1/resource-types', normalize: false })
    .use(access(deps))
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const created = await createResourceType(
          deps,
          cause(actor),
          body,
          await idempotencyKeys(deps)({ request, actor, body, set }),
        )
        set.status = 201
        return toResourceType(created)
      },
      {
        requires: 'resource-types:write',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateResourceType,
        response: {
          201: ResourceType,
          ...failures(
            'resource.type_taken',
            'resource.type_limit_reached',
            'resource.type_not_found',
            'idempotency.key_reused',
          ),
        },
        detail: { tags, operationId: 'createResourceType', summary: 'Declare a resource type' },
      },
    )
    .patch(
      '/:name',
      async ({ actor, body, cause, params }) =>
        toResourceType(await updateResourceType(deps, cause(actor), params.name, body.attributes)),
      {
        requires: 'resource-types:write',
        params: ResourceTypeParams,
        body: UpdateResourceType,
        response: {
          200: ResourceType,
          ...failures('resource.type_not_found', 'resource.type_in_use', 'resource.type_changed'),
        },
        detail: {
          tags,
          operationId: 'updateResourceType',
          summary: 'Replace the attributes of a resource type',
          description: 'The rules of the type are checked again. If one would be refused, nothing changes.',
        },
      },
    )
    .delete(
      '/:name',
      async ({ actor, cause, params }) => {
        await removeResourceType(deps, cause(actor), params.name)
        return noContent()
      },
      {
        requires: 'resource-types:write',
        params: ResourceTypeParams,
        response: {
          204: NoContent,
          ...failures('resource.type_not_found', 'resource.type_in_use', 'auth.fresh_session_required'),
        },
        detail: {
          tags,
          operationId: 'deleteResourceType',
          summary: 'Delete a resource type',
          description: 'Only while no rule has the type. Requires a fresh session.',
        },
      },
    )
