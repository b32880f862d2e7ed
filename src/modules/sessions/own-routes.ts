/** The sessions of the signed-in user. */
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
        summary: 'List my sessions',
        description: 'The active sessions: the current one first, then the newest, at most 100.',
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
          summary: 'End all my other sessions',
          description: 'Ends every session except the current one, including sessions that are not in the list.',
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
          description:
            'This server rejects its tokens from the next request. If it is the current session, you are signed out.',
        },
      },
    )
