/** Where the signed-in user is signed in. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { writeSessionCookie } from '../../lib/cookies.ts'
import { endOneSession, endOtherSessions, listSessions } from './own-sessions.ts'
import { ActiveSessions, SessionParams } from './schema.ts'

const tags = ['Me']

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-sessions', prefix: '/v1/me/sessions', normalize: false })
    .use(access(deps))
    .get('/', ({ actor }) => listSessions(deps, { userId: actor.user.id, currentId: actor.sessionId }), {
      actor: 'session',
      response: { 200: ActiveSessions, ...failures('user.not_found') },
      detail: {
        tags,
        operationId: 'listMySessions',
        summary: 'List where I am signed in',
        description: 'The living sessions: the current one, then the newest, 100 at most.',
      },
    })
    .delete(
      '/',
      async ({ actor, cause }) => {
        await endOtherSessions(deps, cause(actor), { userId: actor.user.id, currentId: actor.sessionId })
        return noContent()
      },
      {
        actor: 'session',
        response: { 204: NoContent, ...failures() },
        detail: {
          tags,
          operationId: 'endMyOtherSessions',
          summary: 'Sign me out everywhere else',
          description: 'Ends every session but the one that asks, also those that no list shows.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params, set }) => {
        await endOneSession(deps, cause(actor), actor.user.id, params.id)
        if (params.id === actor.sessionId && actor.sessionKind === 'cookie')
          set.headers['set-cookie'] = writeSessionCookie(deps.config.appUrl, '', 0)
        return noContent()
      },
      {
        actor: 'session',
        params: SessionParams,
        response: { 204: NoContent, ...failures('session.not_found') },
        detail: {
          tags,
          operationId: 'endMySession',
          summary: 'End one of my sessions',
          description: 'Its tokens are refused from the next request on. The current one may be named: that signs out.',
        },
      },
    )
