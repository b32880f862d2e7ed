/** The second factors of other people, for administrators. */
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
      response: { 204: NoContent, ...failures('user.not_found', 'auth.fresh_session_required') },
      detail: {
        tags: ['Users'],
        operationId: 'resetUserFactors',
        summary: 'Remove the second factors of who has lost them',
        description:
          'App, passkeys, recovery codes and remembered devices; every session ends, and the owner is told by mail. Asks for a fresh session. Make sure first who is asking: from then on the first factor alone signs in.',
      },
    },
  )
