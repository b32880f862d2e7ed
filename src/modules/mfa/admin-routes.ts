/** The second factors of other users, for administrators. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { UserParams } from '../users/schema.ts'
import { factorsOfUser } from './own-factors.ts'
import { resetFactors } from './reset-factors.ts'
import { UserFactors } from './schema.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'user-factors', prefix: '/v1/users', normalize: false })
    .use(access(deps))
    .get('/:id/mfa', ({ params }) => factorsOfUser(deps, params.id), {
      requires: 'users:read',
      params: UserParams,
      response: { 200: UserFactors, ...failures('user.not_found') },
      detail: {
        tags: ['Users'],
        operationId: 'getUserFactors',
        summary: 'Read the factors of a user',
        description: 'What the user has, and how many. No secret, and no credential of a passkey.',
      },
    })
    .delete(
      '/:id/mfa',
      async ({ params, cause, actor }) => {
        await resetFactors(deps, cause(actor), params.id)
        return noContent()
      },
      {
        requires: 'users:write',
        params: UserParams,
        response: { 204: NoContent, ...failures('user.not_found', 'user.exceeds_own', 'auth.fresh_session_required') },
        detail: {
          tags: ['Users'],
          operationId: 'resetUserFactors',
          summary: 'Remove all second factors of a user',
          description:
            'For a user who has lost their factors. Removes the authenticator app, passkeys, recovery codes and remembered devices. Ends every session of the user, and notifies the user by mail. Requires a fresh session. Check the identity of the user first: after this, the first factor alone signs in.',
        },
      },
    )
