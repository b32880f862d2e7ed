/** A person accepts an invitation. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { toOrg } from '../orgs/schema.ts'
import { acceptByToken } from './accept.ts'
import { AcceptedInvitation, AcceptInvitation } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'accept-invitation', prefix: '/v1/invitations', normalize: false }).use(access(deps)).post(
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
        ...failures(
          'invitation.not_found',
          'invitation.already_member',
          'invitation.email_unverified',
          'invitation.domain_refused',
          'org.too_many',
          'auth.fresh_session_required',
        ),
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
