/** Ends the session of the request. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { identifier } from '../../http/identify.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { EXPECTED_USER } from '../../lib/expected-user.ts'
import { readSessionCookie, writeSessionCookie } from '../../lib/cookies.ts'
import { signOut } from './sign-out.ts'

const tags = ['Auth']

export function routes(deps: Deps) {
  const { config } = deps
  const identify = identifier(deps)

  return new Elysia({ name: 'sign-out', prefix: '/v1/auth', normalize: false }).use(access(deps)).post(
    '/sign-out',
    // Marked as public, because the statement that ends the session also checks that the session was active.
    async ({ set, cause, request }) => {
      const cookie = readSessionCookie(request.headers.get('cookie'), config.appUrl)
      const sessionId = await identify.sessionOfToken(request)
      if (sessionId !== undefined) await tryToken(deps, cause(), () => signOut(deps, cause(), { sessionId }))
      else if (cookie !== undefined && !request.headers.has('authorization')) {
        const expected = request.headers.get(EXPECTED_USER)
        await tryToken(deps, cause(), () => signOut(deps, cause(), { cookie, expected }))
        set.headers['set-cookie'] = writeSessionCookie(config.appUrl, '', 0)
      } else throw problem('session.expired')
      return noContent()
    },
    {
      public: true,
      response: { 204: NoContent, ...failures('auth.required', 'session.expired', 'request.origin_refused') },
      detail: {
        tags,
        operationId: 'signOut',
        summary: 'End this session',
        description:
          'This server rejects its access tokens from the next request. Offline verifiers accept them until they expire.',
        security: [{ bearer: [] }, { cookie: [] }],
      },
    },
  )
}
