/** The permissions that roles and rules can name, for administrators. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { CreatePermission, ListedPermission, PermissionParams } from './schema.ts'
import { createPermission, removePermission } from './service.ts'

const tags = ['Permissions']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'permissions', prefix: '/v1/permissions', normalize: false })
    .use(access(deps))
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const created = await createPermission(
          deps,
          cause(actor),
          body,
          await idempotencyKeys(deps)({ request, actor, body, set }),
        )
        set.status = 201
        return created
      },
      {
        requires: 'permissions:write',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreatePermission,
        response: {
          201: ListedPermission,
          ...failures(
            'permission.name_taken',
            'permission.limit_reached',
            'permission.not_found',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'createPermission',
          summary: 'Register a permission of an application',
          description: 'Roles and rules can name it from then on. The nouns of this server are reserved.',
        },
      },
    )
    .delete(
      '/:name',
      async ({ actor, cause, params }) => {
        await removePermission(deps, cause(actor), params.name)
        return noContent()
      },
      {
        requires: 'permissions:write',
        params: PermissionParams,
        response: { 204: NoContent, ...failures('permission.not_found', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'deletePermission',
          summary: 'Delete a permission of an application',
          description: 'Takes it out of every role and rule, from the next request on. Requires a fresh session.',
        },
      },
    )
