/** Roles of the instance, and the requirements for their holders. */
import { Elysia, t } from 'elysia'
import { requirePermission } from '../../core/authz/require-permission.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { changeRole, createRole, removeRole } from './custom-roles.ts'
import { CreateRole, Role, RoleParams, Roles, UpdateRole } from './schema.ts'
import { listRoles } from './service.ts'

const tags = ['Roles']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'roles', prefix: '/v1/roles', normalize: false })
    .use(access(deps))
    .get('/', async () => ({ items: await listRoles(deps), nextCursor: null }), {
      requires: 'roles:read',
      response: { 200: Roles, ...failures() },
      detail: { tags, operationId: 'listRoles', summary: 'List the roles of the instance' },
    })
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const place = await requirePermission(deps, actor, 'roles:write', null)
        const role = await createRole(
          deps,
          cause(actor),
          place,
          body,
          await idempotencyKeys(deps)({ request, actor, body, set }),
        )
        set.status = 201
        return role
      },
      {
        requires: 'roles:write',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateRole,
        response: {
          201: Role,
          ...failures(
            'role.name_taken',
            'role.not_found',
            'idempotency.key_reused',
            'role.limit_reached',
            'role.inheritance_refused',
            'role.exceeds_own',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'createRole',
          summary: 'Make a role of the instance',
          description: 'Only with permissions that the caller has. Requires a fresh session.',
        },
      },
    )
    .patch(
      '/:role',
      async ({ actor, body, cause, params }) =>
        changeRole(deps, cause(actor), await requirePermission(deps, actor, 'roles:write', null), params.role, body),
      {
        requires: 'roles:write',
        params: RoleParams,
        body: UpdateRole,
        response: {
          200: Role,
          ...failures(
            'role.not_found',
            'role.built_in',
            'role.inheritance_refused',
            'role.exceeds_own',
            'role.factor_missing',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'updateRole',
          summary: 'Change a role, or require a second factor from its holders',
          description:
            'Takes effect with the next request of its holders. Of the built-in roles only `mfaRequired` can be changed: until a session has shown a second factor, it can only add or use one. An administrator who holds the role must have a second factor first. Requires a fresh session.',
        },
      },
    )
    .delete(
      '/:role',
      async ({ actor, cause, params }) => {
        const place = await requirePermission(deps, actor, 'roles:write', null)
        await removeRole(deps, cause(actor), place, params.role)
        return noContent()
      },
      {
        requires: 'roles:write',
        params: RoleParams,
        response: {
          204: NoContent,
          ...failures(
            'role.not_found',
            'role.built_in',
            'role.inherited',
            'role.exceeds_own',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'deleteRole',
          summary: 'Delete a role',
          description:
            'Its holders lose it with their next request. Who has no other role gets `user`. Requires a fresh session.',
        },
      },
    )
