/** The identities that the signed-in user can sign in with. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { writeFlowCookie } from '../../lib/cookies.ts'
import { beginFailures, beginFlow } from '../providers/begin-flow.ts'
import { FLOW_SECONDS } from '../providers/flow-cookie.ts'
import { listIdentities, unlinkIdentity } from './own-identities.ts'
import { BeginLink, Identities, IdentityParams, LinkBegun, LinkParams } from './schema.ts'

const tags = ['Me']

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-identities', prefix: '/v1/me/identities', normalize: false })
    .use(access(deps))
    .get('/', ({ actor }) => listIdentities(deps, actor.user.id), {
      actor: 'session',
      response: { 200: Identities, ...failures() },
      detail: { tags, operationId: 'listMyIdentities', summary: 'List the identities I can sign in with' },
    })
    .post(
      '/:provider/start',
      async ({ actor, params, body, set }) => {
        const { url, cookie } = await beginFlow(deps, params.provider, {
          returnTo: body.returnTo,
          link: { userId: actor.user.id, sessionId: actor.sessionId, byCookie: actor.sessionKind === 'cookie' },
        })
        set.headers['set-cookie'] = writeFlowCookie(deps.config.appUrl, cookie, FLOW_SECONDS)
        return { url }
      },
      {
        actor: 'fresh-session',
        params: LinkParams,
        body: BeginLink,
        response: {
          200: LinkBegun,
          ...failures(...beginFailures),
        },
        detail: {
          tags,
          operationId: 'linkMyIdentity',
          summary: 'Link an identity to my account',
          description:
            'Send the browser to `url`. The provider redirects it back to `returnTo` with `?linked=true`, or with `?error=` and a code. The session must be valid until then, and the e-mail must be verified at the provider and here.',
        },
      },
    )
    .delete(
      '/:id',
      async ({ actor, params, cause }) => {
        await unlinkIdentity(deps, cause(actor), {
          id: params.id,
          userId: actor.user.id,
          sessionId: actor.sessionId,
        })
        return noContent()
      },
      {
        actor: 'fresh-session',
        params: IdentityParams,
        response: { 204: NoContent, ...failures('identity.not_found', 'identity.last_way_in') },
        detail: {
          tags,
          operationId: 'unlinkMyIdentity',
          summary: 'Unlink an identity from my account',
          description: 'The server also deletes the stored tokens of the provider.',
        },
      },
    )
