/** Acts on many accounts at once, for administrators. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { bodyUpTo } from '../../http/bodies.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures } from '../../http/responses.ts'
import {
  BulkAction,
  BulkActionPage,
  BulkActionParams,
  DryRun,
  ListBulkActions,
  MAX_USER_IDS,
  StartBulkAction,
  toBulkAction,
} from './schema.ts'
import { bulkAction, pageOfBulkActions, startBulkAction, stopBulkAction, tryBulkAction } from './service.ts'

const tags = ['Users']
const headers = t.Object(IdempotencyKeyHeader)

export function adminRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'bulk-actions', prefix: '/v1/bulk-actions', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ query }) => {
        const page = await pageOfBulkActions(deps, query)
        return { ...page, items: page.items.map(toBulkAction) }
      },
      {
        requires: 'users:read',
        query: ListBulkActions,
        response: { 200: BulkActionPage, ...failures('request.invalid') },
        detail: { tags, operationId: 'listBulkActions', summary: 'List the bulk actions' },
      },
    )
    .post(
      '/',
      async ({ body, set, cause, actor, request }) => {
        if (body.dryRun === true) return tryBulkAction(deps, cause(actor), body)
        const started = await startBulkAction(deps, cause(actor), body, await keyOf({ request, actor, body, set }))
        set.status = 202
        set.headers.location = `/v1/bulk-actions/${started.id}`
        return toBulkAction(started)
      },
      {
        requires: 'users:write',
        headers,
        body: StartBulkAction,
        response: {
          200: DryRun,
          202: BulkAction,
          ...failures(
            'request.invalid',
            'role.exceeds_own',
            'bulk.limit_reached',
            'bulk.not_found',
            'auth.fresh_session_required',
            'idempotency.key_reused',
          ),
        },
        detail: {
          ...bodyUpTo({ bytes: 65_536, rows: MAX_USER_IDS, valuesPerRow: 2 }),
          tags,
          operationId: 'startBulkAction',
          summary: 'Act on many users',
          description:
            'Does to every user of the filter what the route for one user does, by the same rules. Requires a fresh session, and the permission users:read too. With `dryRun` it changes nothing, and answers 200 with the number of users.',
        },
      },
    )
    .get('/:id', async ({ params }) => toBulkAction(await bulkAction(deps, params.id)), {
      requires: 'users:read',
      params: BulkActionParams,
      response: { 200: BulkAction, ...failures('bulk.not_found') },
      detail: { tags, operationId: 'getBulkAction', summary: 'Read a bulk action and its progress' },
    })
    .post(
      '/:id/cancel',
      async ({ params, set, cause, actor, request }) =>
        toBulkAction(await stopBulkAction(deps, cause(actor), params.id, await keyOf({ request, actor, set }))),
      {
        requires: 'users:write',
        params: BulkActionParams,
        headers,
        response: {
          200: BulkAction,
          ...failures('bulk.not_found', 'bulk.finished', 'idempotency.key_reused'),
        },
        detail: {
          tags,
          operationId: 'cancelBulkAction',
          summary: 'Cancel a bulk action',
          description: 'Takes effect at its next slice of at most 100 users. What it has changed stays changed.',
        },
      },
    )
}
