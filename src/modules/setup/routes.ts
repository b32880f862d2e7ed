/** Creates the first administrator, once. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { SetupBody } from './schema.ts'
import { setUp } from './service.ts'

export function routes(deps: Deps) {
  return new Elysia({ name: 'setup', prefix: '/v1/setup', normalize: false }).use(access(deps)).post(
    '/',
    async ({ body: { useCookie, ...body }, set, cause, request }) => {
      const kind = requestedSessionKind(request, deps.config, useCookie)
      const session = await tryToken(deps, cause(), () => setUp(deps, cause(), body, kind))
      set.status = 201
      return presentSession(deps, set.headers, session)
    },
    {
      public: true,
      body: SetupBody,
      response: {
        201: AnySession,
        ...failures(
          'setup.token_invalid',
          'setup.done',
          'request.origin_refused',
          'user.email_taken',
          'user.password_refused',
          'server.busy',
        ),
      },
      detail: {
        tags: ['Setup'],
        operationId: 'setUp',
        summary: 'Create the first administrator',
        description: 'Requires the one-time token that the server prints at its start while no administrator exists.',
      },
    },
  )
}
