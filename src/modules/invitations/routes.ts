/** Who has the link of an invitation reads it and accepts it. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { takeOfUnknownToken } from '../../core/limits/guesses.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { iso } from '../../lib/iso-time.ts'
import { hashToken, isToken } from '../../lib/tokens.ts'
import { toOrg } from '../orgs/schema.ts'
import { acceptByToken, acceptRefusals } from './accept.ts'
import { invitationOfToken } from './told-queries.ts'
import { AcceptedInvitation, AcceptInvitation, InvitationToken, ShownInvitation } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'accept-invitation', prefix: '/v1/invitations', normalize: false })
    .use(access(deps))
    .get(
      '/by-token',
      async ({ headers, cause }) => {
        const token = headers['invitation-token']
        const [found] = isToken(token) ? await invitationOfToken(deps.db, await hashToken(token), deps.clock.now()) : []
        if (found === undefined) {
          takeOfUnknownToken(deps, cause())
          throw problem('invitation.not_found')
        }
        return { ...found, sentAt: iso(found.sentAt), expiresAt: iso(found.expiresAt) }
      },
      {
        public: true,
        headers: InvitationToken,
        response: { 200: ShownInvitation, ...failures('invitation.not_found', 'request.rate_limited') },
        detail: {
          tags: ['Invitations'],
          operationId: 'readInvitation',
          summary: 'Read the invitation of a link',
          description:
            'Names the organisation and who invites, for a page that asks the person. It needs no session, and uses nothing up.',
        },
      },
    )
    .post(
      '/accept',
      async ({ actor, body, cause }) => {
        const { org, roles } = await acceptByToken(deps, cause(actor), actor, body.token)
        return { org: toOrg(org), roles }
      },
      {
        actor: 'session',
        body: AcceptInvitation,
        response: {
          200: AcceptedInvitation,
          ...failures(...acceptRefusals),
        },
        detail: {
          tags: ['Invitations'],
          operationId: 'acceptInvitation',
          summary: 'Accept an invitation',
          description:
            'Send the token of the mail in a session of the account that has the invited address, verified. A person without an account signs up with that address first.',
        },
      },
    )
