/** Accounts of programs, of organisations and of the instance. */
import { Elysia, t } from 'elysia'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import {
  CreateServiceAccount,
  IfMatch,
  ListServiceAccounts,
  ServiceAccount,
  ServiceAccountPage,
  ServiceAccountParams,
  toServiceAccount,
  UpdateServiceAccount,
} from './schema.ts'
import { changeAccount, createAccount, findAccount, pageOfAccounts, removeAccount } from './service.ts'

const tags = ['Service accounts']

export function routes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'service-accounts', prefix: '/v1/service-accounts', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor, query }) => {
        const { items, nextCursor } = await pageOfAccounts(deps, actor, query)
        return { items: items.map(toServiceAccount), nextCursor }
      },
      {
        requires: 'principal',
        query: ListServiceAccounts,
        response: { 200: ServiceAccountPage, ...failures('request.invalid', 'org.not_found', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'listServiceAccounts',
          summary: 'List service accounts',
          description:
            'With `orgId` those of the organisation, otherwise those of the instance. Needs `service-accounts:read` there.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, body, cause, request, set }) => {
        const key = await keyOf({ request, actor, body, set })
        const account = await createAccount(deps, cause(actor), actor, body, key)
        set.status = 201
        set.headers.location = `/v1/service-accounts/${account.id}`
        set.headers.etag = etag(account.version)
        return toServiceAccount(account)
      },
      {
        requires: 'principal',
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateServiceAccount,
        response: {
          201: ServiceAccount,
          ...failures(
            'auth.forbidden',
            'auth.fresh_session_required',
            'org.not_found',
            'request.invalid',
            'serviceaccount.role_refused',
            'serviceaccount.too_many',
            'serviceaccount.not_found',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'createServiceAccount',
          summary: 'Make a service account',
          description:
            'Needs `service-accounts:write` in the organisation or in the instance, every permission of its roles, and a fresh session.',
        },
      },
    )
    .get(
      '/:id',
      async ({ actor, params, set }) => {
        const account = await findAccount(deps, actor, params.id)
        set.headers.etag = etag(account.version)
        return toServiceAccount(account)
      },
      {
        requires: 'principal',
        params: ServiceAccountParams,
        response: { 200: ServiceAccount, ...failures('serviceaccount.not_found') },
        detail: { tags, operationId: 'getServiceAccount', summary: 'Read a service account' },
      },
    )
    .patch(
      '/:id',
      async ({ actor, body, cause, headers, params, set }) => {
        const versions = matchVersions(headers['if-match'])
        const account = await changeAccount(deps, cause(actor), actor, params.id, body, versions)
        set.headers.etag = etag(account.version)
        return toServiceAccount(account)
      },
      {
        requires: 'principal',
        params: ServiceAccountParams,
        headers: t.Object(IfMatch),
        body: UpdateServiceAccount,
        response: {
          200: ServiceAccount,
          ...failures(
            'auth.fresh_session_required',
            'org.not_found',
            'serviceaccount.not_found',
            'serviceaccount.changed',
            'request.invalid',
            'serviceaccount.role_refused',
          ),
        },
        detail: {
          tags,
          operationId: 'updateServiceAccount',
          summary: 'Change a service account',
          description: 'Requires a fresh session. The keys of a disabled account are refused within a second.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removeAccount(deps, cause(actor), actor, params.id)
        return noContent()
      },
      {
        requires: 'principal',
        params: ServiceAccountParams,
        response: { 204: NoContent, ...failures('auth.fresh_session_required', 'serviceaccount.not_found') },
        detail: {
          tags,
          operationId: 'deleteServiceAccount',
          summary: 'Delete a service account and its keys',
          description: 'Requires a fresh session.',
        },
      },
    )
}
