/** The resource types, for everybody who makes roles or rules. */
import { Elysia } from 'elysia'
import { requirePermission } from '../../core/authz/require-permission.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { allResourceTypes } from './queries.ts'
import { ListResourceTypes, ResourceTypeList, toResourceType } from './schema.ts'

const tags = ['Resource types']

export const routes = (deps: Deps) =>
  new Elysia({ name: 'resource-types-list', prefix: '/v1/resource-types', normalize: false }).use(access(deps)).get(
    '/',
    async ({ actor, query }) => {
      await requirePermission(deps, actor, 'resource-types:read', query.orgId ?? null)
      return { items: (await allResourceTypes(deps.db)).map(toResourceType), nextCursor: null }
    },
    {
      requires: 'principal',
      query: ListResourceTypes,
      response: { 200: ResourceTypeList, ...failures('auth.forbidden', 'org.not_found') },
      detail: {
        tags,
        operationId: 'listResourceTypes',
        summary: 'List the resource types',
        description: 'Needs `resource-types:read`: in the organisation of `orgId`, or without it in the instance.',
      },
    },
  )
