/** Rules of the instance, and of organisations. */
import { Elysia, t } from 'elysia'
import { requirePermission } from '../../core/authz/require-permission.ts'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { policiesOf } from './queries.ts'
import {
  CreatePolicy,
  IfMatchPolicy,
  ListPolicies,
  Policy,
  PolicyList,
  PolicyParams,
  toPolicy,
  UpdatePolicy,
} from './schema.ts'
import { changePolicy, createPolicy, findPolicy, removePolicy } from './service.ts'

const tags = ['Policies']
const WHERE = 'in the organisation of the rule, or in the instance'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'policies', prefix: '/v1/policies', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query: { orgId = null } }) => {
        await requirePermission(deps, actor, 'policies:read', orgId)
        return { items: (await policiesOf(deps.db, orgId)).map(toPolicy), nextCursor: null }
      },
      {
        requires: 'principal',
        query: ListPolicies,
        response: { 200: PolicyList, ...failures('auth.forbidden', 'org.not_found') },
        detail: {
          tags,
          operationId: 'listPolicies',
          summary: 'List the rules of the instance, or of an organisation',
          description: 'Needs `policies:read` there.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const { orgId = null, ...rule } = body
        const place = await requirePermission(deps, actor, 'policies:write', orgId)
        const key = await idempotencyKeys(deps)({ request, actor, body, set })
        const created = await createPolicy(deps, cause(actor), place, rule, key)
        set.status = 201
        set.headers.location = `/v1/policies/${created.id}`
        set.headers.etag = etag(created.version)
        return toPolicy(created)
      },
      {
        requires: 'principal',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreatePolicy,
        response: {
          201: Policy,
          ...failures(
            'auth.forbidden',
            'org.not_found',
            'policy.condition_refused',
            'policy.name_taken',
            'policy.limit_reached',
            'policy.not_found',
            'idempotency.key_reused',
            'resource.type_changed',
            'role.exceeds_own',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'createPolicy',
          summary: 'Make a rule',
          description: `Needs \`policies:write\` ${WHERE}, and the permissions that the rule names. Requires a fresh session.`,
        },
      },
    )
    .get(
      '/:id',
      async ({ actor, params, set }) => {
        const { policy } = await findPolicy(deps, actor, 'policies:read', params.id)
        set.headers.etag = etag(policy.version)
        return toPolicy(policy)
      },
      {
        requires: 'principal',
        params: PolicyParams,
        response: { 200: Policy, ...failures('policy.not_found') },
        detail: {
          tags,
          operationId: 'getPolicy',
          summary: 'Read a rule',
          description: `Needs \`policies:read\` ${WHERE}.`,
        },
      },
    )
    .patch(
      '/:id',
      async ({ actor, body, cause, headers, params, set }) => {
        const found = await findPolicy(deps, actor, 'policies:write', params.id)
        const versions = matchVersions(headers['if-match'])
        const changed = await changePolicy(deps, cause(actor), found, body, versions)
        set.headers.etag = etag(changed.version)
        return toPolicy(changed)
      },
      {
        requires: 'principal',
        params: PolicyParams,
        headers: IfMatchPolicy,
        body: UpdatePolicy,
        response: {
          200: Policy,
          ...failures(
            'auth.forbidden',
            'policy.not_found',
            'policy.changed',
            'policy.condition_refused',
            'policy.name_taken',
            'resource.type_changed',
            'role.exceeds_own',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'updatePolicy',
          summary: 'Change a rule',
          description: `Needs \`policies:write\` ${WHERE}. Takes effect with the next request. Requires a fresh session.`,
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removePolicy(deps, cause(actor), await findPolicy(deps, actor, 'policies:write', params.id))
        return noContent()
      },
      {
        requires: 'principal',
        params: PolicyParams,
        response: {
          204: NoContent,
          ...failures('auth.forbidden', 'policy.not_found', 'role.exceeds_own', 'auth.fresh_session_required'),
        },
        detail: {
          tags,
          operationId: 'deletePolicy',
          summary: 'Delete a rule',
          description: `Needs \`policies:write\` ${WHERE}. Requires a fresh session.`,
        },
      },
    )
