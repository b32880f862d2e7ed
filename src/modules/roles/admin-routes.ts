/** Roles, and the requirements for their holders. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { Role, RoleParams, Roles, UpdateRole } from './schema.ts'
import { listRoles, updateRole } from './service.ts'

const tags = ['Roles']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'roles', prefix: '/v1/roles', normalize: false })
    .use(access(deps))
    .get('/', async () => ({ items: await listRoles(deps) }), {
      requires: 'roles:read',
      response: { 200: Roles, ...failures() },
      detail: { tags, operationId: 'listRoles', summary: 'List the roles' },
    })
    .patch('/:role', ({ actor, body, cause, params }) => updateRole(deps, cause(actor), params.role, body), {
      requires: 'roles:write',
      params: RoleParams,
      body: UpdateRole,
      response: { 200: Role, ...failures('role.not_found', 'role.factor_missing', 'auth.fresh_session_required') },
      detail: {
        tags,
        operationId: 'updateRole',
        summary: 'Require a second factor from the holders of a role',
        description:
          'Takes effect with their next request: until a session has shown a second factor, it can only add or use one. Requires a fresh session. An administrator who holds the role must have a second factor first.',
      },
    })
