/** The signed-in user's password. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { changePassword } from './change-password.ts'
import { ChangePassword } from './schema.ts'

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-password', prefix: '/v1/me', normalize: false }).use(access(deps)).post(
    '/password',
    async ({ actor, body: { endOtherSessions = true, ...passwords }, cause }) => {
      await changePassword(deps, cause(actor), actor, { ...passwords, endOtherSessions })
      return noContent()
    },
    {
      actor: 'session',
      body: ChangePassword,
      response: {
        204: NoContent,
        ...failures(
          'auth.invalid_credentials',
          'auth.fresh_session_required',
          'user.no_password',
          'user.password_refused',
          'server.busy',
        ),
      },
      detail: {
        tags: ['Me'],
        operationId: 'changeMyPassword',
        summary: 'Change my password',
        description:
          'Requires the current password. Ends every other session unless `endOtherSessions` is false. A mail tells the owner.',
      },
    },
  )
