import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { Email } from '../../lib/email.ts'
import { iso } from '../../lib/iso-time.ts'
import { Org, OrgId } from '../orgs/schema.ts'
import { OPAQUE_TOKEN } from '../sessions/session-schema.ts'

const closed = { additionalProperties: false }
const InvitationId = Type.String({ pattern: '^inv_[0-9a-f]{32}$', examples: ['inv_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const Time = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Roles = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  minItems: 1,
  maxItems: 20,
  uniqueItems: true,
  examples: [['member']],
})

export const InvitationParams = t.Object({ id: OrgId, invitationId: InvitationId })
export const OwnInvitationParams = t.Object({ invitationId: InvitationId })
export const ListInvitations = t.Object(pageQuery, closed)

export const CreateInvitation = Type.Object(
  {
    email: Email,
    roles: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 20,
        uniqueItems: true,
        description: 'Roles of the organisation. Absent: `member`.',
        examples: [['member']],
      }),
    ),
  },
  { ...closed, title: 'CreateInvitation' },
)

/** It has no token: only the mail has it. */
export const Invitation = Type.Object(
  {
    id: InvitationId,
    email: Type.String({ examples: ['grace@example.com'] }),
    roles: Roles,
    status: Type.Union([Type.Literal('pending'), Type.Literal('expired')]),
    invitedBy: Type.Union([
      Type.Object({
        userId: Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        name: Type.String({ examples: ['Ada Lovelace'] }),
      }),
      Type.Null({ description: 'A machine, or an account that was deleted.' }),
    ]),
    createdAt: Time,
    sentAt: Time,
    expiresAt: Time,
  },
  { title: 'Invitation' },
)
export const InvitationPage = pageOf(Invitation, 'InvitationPage')

interface InvitationColumns {
  id: string
  email: string
  roles: string[]
  invitedBy: string | null
  inviterName: string | null
  createdAt: number
  sentAt: number
  expiresAt: number
}

export const toInvitation = (row: InvitationColumns, now: number): Static<typeof Invitation> => ({
  id: row.id,
  email: row.email,
  roles: row.roles,
  status: row.expiresAt > now ? 'pending' : 'expired',
  invitedBy:
    row.invitedBy === null || row.inviterName === null ? null : { userId: row.invitedBy, name: row.inviterName },
  createdAt: iso(row.createdAt),
  sentAt: iso(row.sentAt),
  expiresAt: iso(row.expiresAt),
})

export const AcceptInvitation = Type.Object(
  {
    token: Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'The token from the fragment of the link in the mail.',
      examples: [OPAQUE_TOKEN],
    }),
  },
  { ...closed, title: 'AcceptInvitation' },
)
/** A header is in no log of URLs, and a GET uses nothing up. */
export const InvitationToken = t.Object({
  'invitation-token': t.String({
    minLength: 1,
    maxLength: 512,
    description: 'The token from the fragment of the link in the mail.',
    examples: [OPAQUE_TOKEN],
  }),
})

export const AcceptedInvitation = Type.Object(
  { org: Org, roles: Type.Array(Type.String(), { description: 'My roles there.', examples: [['member']] }) },
  { title: 'AcceptedInvitation' },
)

const inviting = {
  org: Type.Object({
    id: OrgId,
    name: Type.String({ examples: ['Acme'] }),
    slug: Type.String({ examples: ['acme'] }),
  }),
  roles: Roles,
  inviterName: Type.Union([Type.String(), Type.Null()], { examples: ['Ada Lovelace'] }),
  sentAt: Time,
  expiresAt: Time,
}

/** It does not name the invited address: a link may be passed on. */
export const ShownInvitation = Type.Object(inviting, { title: 'ShownInvitation' })

export const OwnInvitations = Type.Object(
  {
    items: Type.Array(Type.Object({ id: InvitationId, ...inviting }, { title: 'OwnInvitation' }), {
      maxItems: 100,
      description: 'The newest first. Accept one with the link in its mail.',
    }),
    nextCursor: Type.Null({ description: 'There are no more pages.', examples: [null] }),
  },
  { title: 'OwnInvitations' },
)
