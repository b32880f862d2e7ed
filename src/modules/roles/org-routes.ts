/** Roles of an organisation. */
import { Elysia, t } from 'elysia'
import { requirePermission } from '../../core/authz/require-permission.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { changeRole, createRole, removeRole } from './custom-roles.ts'
import { CreateRole, OrgParams, OrgRoleParams, Role, Roles, UpdateRole } from './schema.ts'
import { listOrgRoles } from './service.ts'

const tags = ['Roles']

export const orgRoutes = (deps: Deps) =>
  new Elysia({ name: 'org-roles', prefix: '/v1/orgs/:id/roles', normalize: false })
    .use(access(deps))
    .get('/', async ({ org }) => ({ items: await listOrgRoles(deps, org.id), nextCursor: null }), {
      requiresInOrg: 'roles:read',
      params: OrgParams,
      response: { 200: Roles, ...failures('org.not_found') },
      detail: { tags, operationId: 'listOrgRoles', summary: 'List the roles of an organisation' },
    })
    .post(
      '/',
      async ({ actor, body, cause, org, request, set }) => {
        const place = await requirePermission(deps, actor, 'roles:write', org.id)
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
        requiresInOrg: 'roles:write',
        params: OrgParams,
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateRole,
        response: {
          201: Role,
          ...failures(
            'org.not_found',
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
          operationId: 'createOrgRole',
          summary: 'Make a role of an organisation',
          description: 'Only with permissions that the caller has there. Requires a fresh session.',
        },
      },
    )
    .patch(
      '/:role',
      async ({ actor, body, cause, org, params }) =>
        changeRole(deps, cause(actor), await requirePermission(deps, actor, 'roles:write', org.id), params.role, body),
      {
        requiresInOrg: 'roles:write',
        params: OrgRoleParams,
        body: UpdateRole,
        response: {
          200: Role,
          ...failures(
            'org.not_found',
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
          operationId: 'updateOrgRole',
          summary: 'Change a role of an organisation',
          description: 'Takes effect with the next request of its holders. Requires a fresh session.',
        },
      },
    )
    .delete(
      '/:role',
      async ({ actor, cause, org, params }) => {
        const place = await requirePermission(deps, actor, 'roles:write', org.id)
        await removeRole(deps, cause(actor), place, params.role)
        return noContent()
      },
      {
        requiresInOrg: 'roles:write',
        params: OrgRoleParams,
        response: {
          204: NoContent,
          ...failures(
            'org.not_found',
            'role.not_found',
            'role.built_in',
            'role.inherited',
            'role.exceeds_own',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'deleteOrgRole',
          summary: 'Delete a role of an organisation',
          description:
            'Its holders lose it with their next request, open invitations too. Who has no other role gets `member`. Requires a fresh session.',
        },
      },
    )
