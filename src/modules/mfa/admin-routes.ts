/** The second factors of other users, for administrators. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { UserParams } from '../users/schema.ts'
import { resetFactors } from './reset-factors.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'user-factors', prefix: '/v1/users', normalize: false }).use(access(deps)).delete(
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
