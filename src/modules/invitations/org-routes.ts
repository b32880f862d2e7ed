/** The invitations of an organisation. */
import { Elysia, t } from 'elysia'
import { readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { OrgParams } from '../orgs/schema.ts'
import { invite, resend, revoke } from './invite.ts'
import { openInvitations } from './queries.ts'
import {
  CreateInvitation,
  Invitation,
  InvitationPage,
  InvitationParams,
  ListInvitations,
  toInvitation,
} from './schema.ts'

const tags = ['Invitations']

export function orgRoutes(deps: Deps) {
  const { db, clock } = deps
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'invitations', prefix: '/v1/orgs/:id/invitations', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ org, query }) => {
        const { items, nextCursor } = await readNewest(query, (before, rows) =>
          openInvitations(db, org.id, before, rows),
        )
        return { items: items.map((row) => toInvitation(row, clock.now())), nextCursor }
      },
      {
        requiresInOrg: 'invitations:read',
        params: OrgParams,
        query: ListInvitations,
        response: { 200: InvitationPage, ...failures('org.not_found', 'request.invalid') },
        detail: {
          tags,
          operationId: 'listInvitations',
          summary: 'List the open invitations of an organisation',
          description: 'The newest first. Accepted and revoked ones are not listed.',
        },
      },
    )
    .post(
      '/',
      async ({ actor, org, body, cause, request, set }) => {
        const row = await invite(deps, cause(actor), actor, org, body, await keyOf({ request, actor, body, set }))
        set.status = 201
        return toInvitation(row, clock.now())
      },
      {
        requiresInOrg: 'invitations:write',
        params: OrgParams,
        headers: t.Object(IdempotencyKeyHeader),
        body: CreateInvitation,
        response: {
          201: Invitation,
          ...failures(
            'org.not_found',
            'invitation.not_found',
            'invitation.role_unknown',
            'invitation.role_refused',
            'invitation.domain_refused',
            'invitation.already_member',
            'invitation.pending',
            'invitation.too_many',
            'auth.fresh_session_required',
            'idempotency.key_reused',
            'request.rate_limited',
          ),
        },
        detail: {
          tags,
          operationId: 'createInvitation',
          summary: 'Invite a person by mail',
          description:
            'The server mails a link that works once, within 7 days, for an account with this verified address. The answer is the same whether the address has an account or not. A role other than `member` requires a fresh session. The invitation is void when its sender may not give its roles any more.',
        },
      },
    )
    .post(
      '/:invitationId/resend',
      async ({ actor, org, params, cause }) =>
        toInvitation(await resend(deps, cause(actor), actor, org, params.invitationId), clock.now()),
      {
        requiresInOrg: 'invitations:write',
        params: InvitationParams,
        response: {
          200: Invitation,
          ...failures(
            'org.not_found',
            'invitation.not_found',
            'invitation.role_refused',
            'invitation.domain_refused',
            'invitation.already_member',
            'auth.fresh_session_required',
            'request.rate_limited',
          ),
        },
        detail: {
          tags,
          operationId: 'resendInvitation',
          summary: 'Send an invitation again',
          description:
            'With a new link and a new week. The earlier link is void. At most 3 times a day. The caller becomes its sender, and needs the permissions of its roles. A role other than `member` requires a fresh session.',
        },
      },
    )
    .delete(
      '/:invitationId',
      async ({ actor, org, params, cause }) => {
        await revoke(deps, cause(actor), org.id, params.invitationId)
        return noContent()
      },
      {
        requiresInOrg: 'invitations:write',
        params: InvitationParams,
        response: { 204: NoContent, ...failures('org.not_found', 'invitation.not_found') },
        detail: { tags, operationId: 'revokeInvitation', summary: 'Revoke an invitation' },
      },
    )
}
