/** The users, for administrators. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { bodyUpTo, MAX_BODY_BYTES } from '../../http/bodies.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { encoded, streamOf } from '../../http/streams.ts'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import { ExportedUsers, ExportUsers, mediaTypes } from './export-schema.ts'
import { exportUsers } from './export-users.ts'
import { ImportReport, ImportUsers } from './import-schema.ts'
import { importUsers } from './import-users.ts'
import { METADATA_BODY } from './metadata.ts'
import { pageOfUsers } from './list-users.ts'
import { userById } from './queries.ts'
import {
  CreateUser,
  IfMatch,
  ListUsers,
  ManagedUser,
  toManagedUser,
  UpdateUser,
  UserPage,
  UserParams,
} from './schema.ts'
import { createUser, deleteUser, disableUser, enableUser, updateUser } from './service.ts'

const tags = ['Users']
const headers = t.Object(IdempotencyKeyHeader)

export function adminRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'users', prefix: '/v1/users', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ query }) => {
        const page = await pageOfUsers(deps, query)
        return { ...page, items: page.items.map(toManagedUser) }
      },
      {
        requires: 'users:read',
        query: ListUsers,
        response: { 200: UserPage, ...failures('request.invalid') },
        detail: { tags, operationId: 'listUsers', summary: 'List and search users' },
      },
    )
    .post(
      '/',
      async ({ body, set, cause, actor, request }) => {
        const user = await createUser(deps, cause(actor), body, await keyOf({ request, actor, body, set }))
        set.status = 201
        set.headers.location = `/v1/users/${user.id}`
        set.headers.etag = etag(user.version)
        return toManagedUser(user)
      },
      {
        requires: 'users:write',
        headers,
        body: CreateUser,
        response: {
          201: ManagedUser,
          ...failures(
            'user.not_found',
            'user.email_taken',
            'user.username_taken',
            'user.username_refused',
            'user.metadata_too_large',
            'user.password_refused',
            'role.exceeds_own',
            'auth.fresh_session_required',
            'idempotency.key_reused',
            'server.busy',
          ),
        },
        detail: {
          ...bodyUpTo(METADATA_BODY),
          tags,
          operationId: 'createUser',
          summary: 'Create a user',
          description:
            'Roles: only those whose every permission the caller has. Any role but `user` requires a fresh session.',
        },
      },
    )
    .post('/import', ({ body, cause, actor }) => importUsers(deps, cause(actor), body.users), {
      requires: 'users:write',
      body: ImportUsers,
      response: { 200: ImportReport, ...failures('request.invalid', 'auth.fresh_session_required') },
      detail: {
        ...bodyUpTo({ ...METADATA_BODY, bytes: MAX_BODY_BYTES, valuesPerRow: 25 }),
        tags,
        operationId: 'importUsers',
        summary: 'Import users with their password hashes',
        description:
          'Imports users of another system, at most 1000 in one request. If an e-mail is taken, the existing user stays unchanged, so the same rows may be sent again. A row is refused if its username is taken or looks like one that is. When an imported user signs in, the server replaces the hash with its own. A row with any role but `user` requires a fresh session, and is refused if the caller lacks a permission of the role.',
      },
    })
    .get(
      '/export',
      async ({ query: { format }, cause, actor, requestId }) => {
        const pages = await exportUsers(deps, cause(actor), { format })
        const failed = (cause: unknown) => deps.log.error('export of users cut short', { requestId, cause })
        return new Response(streamOf(encoded(pages), failed), {
          headers: {
            'content-type': mediaTypes[format],
            'content-disposition': `attachment; filename="users.${format}"`,
          },
        })
      },
      {
        requires: 'users:read',
        query: ExportUsers,
        response: { 200: ExportedUsers, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'exportUsers',
          summary: 'Export all users',
          description:
            'Every account that has an address, oldest row first, as JSON Lines or CSV. The server sends it while it reads the data, so an answer that breaks off is incomplete. It contains no hash, token or key. POST /v1/users/import takes the rows without id and updatedAt.',
        },
      },
    )
    .get(
      '/:id',
      async ({ params, set }) => {
        const [user] = await userById(deps.db, params.id)
        if (!user) throw problem('user.not_found')
        set.headers.etag = etag(user.version)
        return toManagedUser(user)
      },
      {
        requires: 'users:read',
        params: UserParams,
        response: { 200: ManagedUser, ...failures('user.not_found') },
        detail: { tags, operationId: 'getUser', summary: 'Read a user' },
      },
    )
    .patch(
      '/:id',
      async ({ params, body, headers, set, cause, actor, request }) => {
        const user = await updateUser(deps, cause(actor), params.id, body, {
          versions: matchVersions(headers['if-match']),
          key: await keyOf({ request, actor, body, set }),
        })
        set.headers.etag = etag(user.version)
        return toManagedUser(user)
      },
      {
        requires: 'users:write',
        params: UserParams,
        headers: t.Object({ ...IfMatch.properties, ...IdempotencyKeyHeader }),
        body: UpdateUser,
        response: {
          200: ManagedUser,
          ...failures(
            'user.not_found',
            'user.changed',
            'user.email_taken',
            'user.username_taken',
            'user.username_refused',
            'user.metadata_too_large',
            'user.last_admin',
            'user.exceeds_own',
            'role.exceeds_own',
            'auth.fresh_session_required',
            'idempotency.key_reused',
          ),
        },
        detail: {
          ...bodyUpTo(METADATA_BODY),
          tags,
          operationId: 'updateUser',
          summary: 'Change a user',
          description:
            'A user with a permission that the caller lacks cannot be changed, disabled, enabled or deleted, and no role gives what the caller lacks. A change of the address, its verification, the username or the roles requires a fresh session. If the address changes, a mail tells the old address.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ params, set, cause, actor, request }) => {
        await deleteUser(deps, cause(actor), params.id, { key: await keyOf({ request, actor, set }) })
        return noContent()
      },
      {
        requires: 'users:write',
        params: UserParams,
        headers,
        response: {
          204: NoContent,
          ...failures(
            'user.not_found',
            'user.last_admin',
            'user.exceeds_own',
            'org.last_owner',
            'auth.fresh_session_required',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'deleteUser',
          summary: 'Delete a user',
          description: 'Requires a fresh session. A mail tells the owner.',
        },
      },
    )
    .post(
      '/:id/disable',
      async ({ params, set, cause, actor, request }) => {
        const user = await disableUser(deps, cause(actor), params.id, await keyOf({ request, actor, set }))
        set.headers.etag = etag(user.version)
        return toManagedUser(user)
      },
      {
        requires: 'users:write',
        params: UserParams,
        headers,
        response: {
          200: ManagedUser,
          ...failures('user.not_found', 'user.last_admin', 'user.exceeds_own', 'idempotency.key_reused'),
        },
        detail: {
          tags,
          operationId: 'disableUser',
          summary: 'Disable a user',
          description: 'Ends every session at once. The user cannot sign in until the account is enabled again.',
        },
      },
    )
    .post(
      '/:id/enable',
      async ({ params, set, cause, actor, request }) => {
        const user = await enableUser(deps, cause(actor), params.id, await keyOf({ request, actor, set }))
        set.headers.etag = etag(user.version)
        return toManagedUser(user)
      },
      {
        requires: 'users:write',
        params: UserParams,
        headers,
        response: { 200: ManagedUser, ...failures('user.not_found', 'user.exceeds_own', 'idempotency.key_reused') },
        detail: { tags, operationId: 'enableUser', summary: 'Enable a user' },
      },
    )
}
