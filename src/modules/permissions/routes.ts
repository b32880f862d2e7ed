/** The permissions, for everybody who makes roles or rules. */
import { Elysia } from 'elysia'
import { requirePermission } from '../../core/authz/require-permission.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { ListPermissions, PermissionList } from './schema.ts'
import { listPermissions } from './service.ts'

const tags = ['Permissions']

export const routes = (deps: Deps) =>
  new Elysia({ name: 'permissions-list', prefix: '/v1/permissions', normalize: false }).use(access(deps)).get(
    '/',
    async ({ actor, query }) => {
      await requirePermission(deps, actor, 'permissions:read', query.orgId ?? null)
      return { items: await listPermissions(deps), nextCursor: null }
    },
    {
      requires: 'principal',
      query: ListPermissions,
      response: { 200: PermissionList, ...failures('auth.forbidden', 'org.not_found') },
      detail: {
        tags,
        operationId: 'listPermissions',
        summary: 'List the permissions',
        description: 'Needs `permissions:read`: in the organisation of `orgId`, or without it in the instance.',
      },
    },
  )
