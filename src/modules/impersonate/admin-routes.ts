/** Administrators act in the place of a user. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { UserParams } from '../users/schema.ts'
import { impersonate } from './impersonate.ts'
import { Impersonate } from './schema.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'impersonate', prefix: '/v1/users', normalize: false }).use(access(deps)).post(
    '/:id/impersonate',
    async ({ actor, body, cause, params, request, set }) => {
      const kind = requestedSessionKind(request, deps.config, body.useCookie)
      return presentSession(
        deps,
        set.headers,
        await impersonate(deps, cause(actor), actor, params.id, { ...body, kind }),
      )
    },
    {
      requires: 'users:impersonate',
      params: UserParams,
      body: Impersonate,
      response: {
        200: AnySession,
        ...failures(
          'user.not_found',
          'user.impersonation_refused',
          'auth.fresh_session_required',
          'action.denied',
          'action.unavailable',
        ),
      },
      detail: {
        tags: ['Users'],
        operationId: 'impersonateUser',
        summary: 'Act as a user',
        description:
          'Opens a session of the user for at most one hour. Its tokens, its events and GET /v1/me name the administrator in `act`. It is never fresh, so it cannot change an address, a password or a factor. Refused for a user who has the same or more permissions. Requires a fresh session. With `useCookie`, a cookie session that asks ends: the new cookie takes its place.',
      },
    },
  )
