/** One organisation. */
import { Elysia } from 'elysia'
import { etag } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { Org, OrgParams, toOrg } from './schema.ts'

const tags = ['Organisations']

export const orgRoutes = (deps: Deps) =>
  new Elysia({ name: 'org', prefix: '/v1/orgs/:id', normalize: false }).use(access(deps)).get(
    '/',
    ({ org: { org }, set }) => {
      set.headers.etag = etag(org.version)
      return toOrg(org)
    },
    {
      requiresInOrg: 'orgs:read',
      params: OrgParams,
      response: { 200: Org, ...failures('org.not_found') },
      detail: { tags, operationId: 'getOrg', summary: 'Read an organisation' },
    },
  )
