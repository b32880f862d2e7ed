/** The invitations to the signed-in user. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { emailKey } from '../../lib/email.ts'
import { iso } from '../../lib/iso-time.ts'
import { invitationsOf } from './told-queries.ts'
import { toOrg } from '../orgs/schema.ts'
import { accept, acceptRefusals } from './accept.ts'
import { AcceptedInvitation, OwnInvitationParams, OwnInvitations } from './schema.ts'

const MAX_LISTED = 100

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-invitations', prefix: '/v1/me/invitations', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ actor: { user } }) => {
        const rows = await invitationsOf(deps.db, user.id, emailKey(user.email), deps.clock.now(), MAX_LISTED)
        return {
          items: rows.map(({ sentAt, expiresAt, ...row }) => ({
            ...row,
            sentAt: iso(sentAt),
            expiresAt: iso(expiresAt),
          })),
          nextCursor: null,
        }
      },
      {
        actor: 'session',
        response: { 200: OwnInvitations, ...failures() },
        detail: {
          tags: ['Me'],
          operationId: 'listMyInvitations',
          summary: 'List the invitations to me',
          description:
            'Those that can be accepted now. The list is empty until the address of the account is verified.',
        },
      },
    )
    .post(
      '/:invitationId/accept',
      async ({ actor, cause, params: { invitationId: id } }) => {
        const { org, roles } = await accept(deps, cause(actor), actor, { id })
        return { org: toOrg(org), roles }
      },
      {
        actor: 'session',
        params: OwnInvitationParams,
        response: {
          200: AcceptedInvitation,
          ...failures(...acceptRefusals),
        },
        detail: {
          tags: ['Me'],
          operationId: 'acceptMyInvitation',
          summary: 'Accept an invitation to me',
          description:
            'One that `GET /v1/me/invitations` lists. The token of the mail is not needed: the address is verified.',
        },
      },
    )
