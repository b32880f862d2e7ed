/** The invitations to the signed-in user. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { emailKey } from '../../lib/email.ts'
import { iso } from '../../lib/iso-time.ts'
import { invitationsOf } from './queries.ts'
import { OwnInvitations } from './schema.ts'

const MAX_LISTED = 100

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-invitations', prefix: '/v1/me/invitations', normalize: false }).use(access(deps)).get(
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
        description: 'Those that can be accepted now. The list is empty until the address of the account is verified.',
      },
    },
  )
