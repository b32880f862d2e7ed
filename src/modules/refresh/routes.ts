/** Exchanges a refresh token for the next one. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import type { Cause } from '../../core/events/queries.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { readSessionCookie } from '../../lib/cookies.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { rotateSessionToken } from './rotate-token.ts'
import { RefreshBody } from './schema.ts'

const tags = ['Auth']

export function routes(deps: Deps) {
  const { config } = deps
  const refresh = (cause: Cause, token: string, kind: SessionKind) =>
    tryToken(deps, cause, () => rotateSessionToken(deps, cause, token, kind))

  return new Elysia({ name: 'refresh', prefix: '/v1/auth', normalize: false }).use(access(deps)).post(
    '/refresh',
    async ({ body: { refreshToken }, set, cause, request }) => {
      if (refreshToken !== undefined)
        return presentSession(deps, set.headers, await refresh(cause(), refreshToken, 'token'))
      const cookie = readSessionCookie(request.headers.get('cookie'), config.appUrl)
      if (!cookie) throw problem('auth.required')
      requireAllowedOrigin(request, config)
      return presentSession(deps, set.headers, await refresh(cause(), cookie, 'cookie'))
    },
    {
      public: true,
      body: RefreshBody,
      response: {
        200: AnySession,
        ...failures(
          'auth.required',
          'session.expired',
          'session.reused',
          'request.origin_refused',
          'action.denied',
          'action.unavailable',
        ),
      },
      detail: {
        tags,
        operationId: 'refresh',
        summary: 'Exchange a refresh token',
        description:
          'Uses up the token and returns the next one. If the token is sent again within 10 seconds, the answer is the newest token of its chain, so two tabs may refresh at once. If it is sent again within 5 minutes (`REFRESH_RETRY_SECONDS`) and its successor is unused, the answer is the same successor, so a client can recover from a lost answer. At any other time a used token ends the session.',
      },
    },
  )
}
