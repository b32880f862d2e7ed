/** A person makes an organisation. */
import { Elysia, t } from 'elysia'
import { requires } from '../../core/authz/denied.ts'
import { etag } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures } from '../../http/responses.ts'
import { CreateOrg, Org, toOrg } from './schema.ts'
import { createOrg } from './service.ts'

export function routes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'orgs', prefix: '/v1/orgs', normalize: false }).use(access(deps)).post(
    '/',
    async ({ body, set, cause, actor, request }) => {
      if (actor.anonymous)
        throw problem('org.anonymous_refused', { denied: { actor, ...requires('actor.anonymous', false, true) } })
      const key = await keyOf({ request, actor, body, set })
      const org = await createOrg(deps, cause(actor), actor.user.id, body, key)
      set.status = 201
      set.headers.location = `/v1/orgs/${org.id}`
      set.headers.etag = etag(org.version)
      return toOrg(org)
    },
    {
      actor: 'session',
      headers: t.Object(IdempotencyKeyHeader),
      body: CreateOrg,
      response: {
        201: Org,
        ...failures(
          'org.slug_taken',
          'org.too_many',
          'org.anonymous_refused',
          'org.not_found',
          'idempotency.key_reused',
        ),
      },
      detail: {
        tags: ['Organisations'],
        operationId: 'createOrg',
        summary: 'Create an organisation',
        description: 'The caller is its owner. If `slug` is absent, it is derived from the name.',
      },
    },
  )
}
