/** Actions of the instance. */
import { Elysia, t } from 'elysia'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { changeAction, createAction, findAction, removeAction, rotateSecret } from './manage-actions.ts'
import { allActions } from './queries.ts'
import {
  Action,
  ActionList,
  ActionParams,
  ActionTest,
  CreateAction,
  CreatedAction,
  IfMatchAction,
  RotateSecret,
  toAction,
  UpdateAction,
} from './schema.ts'
import { testAction } from './test-action.ts'

const tags = ['Actions']

export function adminRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  const { clock } = deps
  return new Elysia({ name: 'actions', prefix: '/v1/actions', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async () => {
        const now = clock.now()
        return { items: (await allActions(deps.db)).map((row) => toAction(row, now)), nextCursor: null }
      },
      {
        requires: 'actions:read',
        response: { 200: ActionList },
        detail: { tags, operationId: 'listActions', summary: 'List the actions' },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const { action, secret } = await createAction(deps, cause(actor), body, key)
        set.status = 201
        set.headers.location = `/v1/actions/${action.id}`
        set.headers.etag = etag(action.version)
        return { ...toAction(action, clock.now()), ...(secret === undefined ? {} : { secret }) }
      },
      {
        requires: 'actions:write',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateAction,
        response: {
          201: CreatedAction,
          ...failures(
            'action.url_refused',
            'action.limit_reached',
            'action.not_found',
            'idempotency.key_reused',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'createAction',
          summary: 'Set up an action',
          description:
            'From the next request on, the program at `url` decides. Requires a fresh session. The secret is shown once: a repeat with the same Idempotency-Key gets the action without it.',
        },
      },
    )
    .get(
      '/:id',
      async ({ params, set }) => {
        const action = await findAction(deps, params.id)
        set.headers.etag = etag(action.version)
        return toAction(action, clock.now())
      },
      {
        requires: 'actions:read',
        params: ActionParams,
        response: { 200: Action, ...failures('action.not_found') },
        detail: { tags, operationId: 'getAction', summary: 'Read an action' },
      },
    )
    .patch(
      '/:id',
      async ({ actor, body, cause, headers, params, set }) => {
        const versions = matchVersions(headers['if-match'])
        const action = await changeAction(deps, cause(actor), params.id, body, versions)
        set.headers.etag = etag(action.version)
        return toAction(action, clock.now())
      },
      {
        requires: 'actions:write',
        params: ActionParams,
        headers: IfMatchAction,
        body: UpdateAction,
        response: {
          200: Action,
          ...failures('action.url_refused', 'action.not_found', 'action.changed', 'auth.fresh_session_required'),
        },
        detail: {
          tags,
          operationId: 'updateAction',
          summary: 'Change an action',
          description: 'Takes effect with the next request. Requires a fresh session.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removeAction(deps, cause(actor), params.id)
        return noContent()
      },
      {
        requires: 'actions:write',
        params: ActionParams,
        response: { 204: NoContent, ...failures('action.not_found', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'deleteAction',
          summary: 'Delete an action',
          description: 'From the next request on, it is not asked. Requires a fresh session.',
        },
      },
    )
    .post(
      '/:id/rotate-secret',
      async ({ actor, body, cause, params, set }) => {
        const { action, secret } = await rotateSecret(deps, cause(actor), params.id, body.overlapUntil)
        set.headers.etag = etag(action.version)
        return { ...toAction(action, clock.now()), secret }
      },
      {
        requires: 'actions:write',
        params: ActionParams,
        body: RotateSecret,
        response: {
          200: CreatedAction,
          ...failures('action.not_found', 'action.already_rotated', 'auth.fresh_session_required'),
        },
        detail: {
          tags,
          operationId: 'rotateActionSecret',
          summary: 'Replace the secret of an action',
          description:
            'During the overlap each request has a signature of both secrets. A second rotation ends the overlap of the first. Requires a fresh session.',
        },
      },
    )
    .post('/:id/test', ({ actor, cause, params }) => testAction(deps, cause(actor), actor, params.id), {
      requires: 'actions:write',
      params: ActionParams,
      response: { 200: ActionTest, ...failures('action.not_found', 'request.rate_limited') },
      detail: {
        tags,
        operationId: 'testAction',
        summary: 'Ask the program of an action about a made-up request',
        description: 'Also while the action is disabled. Nothing happens, whatever it decides.',
      },
    })
}
