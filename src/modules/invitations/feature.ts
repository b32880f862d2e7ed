import { defineFeature, type LoadedLetters, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'invitations',
  position: 233,
  paths: {
    'GET /v1/orgs/:id/invitations': 'invitations:read in org',
    'POST /v1/orgs/:id/invitations': 'invitations:write in org',
    'POST /v1/orgs/:id/invitations/:invitationId/resend': 'invitations:write in org',
    'DELETE /v1/orgs/:id/invitations/:invitationId': 'invitations:write in org',
    'GET /v1/invitations/by-token': 'public',
    'POST /v1/invitations/accept': 'session',
    'GET /v1/me/invitations': 'session',
    'POST /v1/me/invitations/:invitationId/accept': 'session',
  },
  routes: (): RouteFiles => Promise.all([import('./org-routes.ts'), import('./routes.ts'), import('./own-routes.ts')]),
  tags: { Invitations: 'Invitations to an organisation, by mail.' },
  orgPermissions: { 'invitations:read': 'admin', 'invitations:write': 'admin' },
  idPrefixes: ['inv'],
  events: ['invitation.created', 'invitation.resent', 'invitation.revoked', 'invitation.accepted'],
  errors: {
    'invitation.not_found': {
      status: 404,
      title: 'The invitation does not exist, was used or revoked, is too old, or is for another address.',
      remedy:
        'Sign in with the address that was invited, or ask the person who invited you for a new mail. A client of the organisation: use an invitation that GET /v1/orgs/{id}/invitations lists.',
    },
    'invitation.pending': {
      status: 409,
      title: 'The address has an open invitation already.',
      remedy: 'Send that one again (POST …/resend), or revoke it first.',
    },
    'invitation.already_member': {
      status: 409,
      title: 'The person is a member of the organisation already.',
      remedy: 'Change the roles of the member instead.',
    },
    'invitation.too_many': {
      status: 409,
      title: 'The organisation has 500 open invitations.',
      remedy: 'Revoke invitations that are no longer needed.',
    },
    'invitation.role_unknown': {
      status: 422,
      title: 'The organisation has no such role.',
      remedy: 'Use the names of roles that GET /v1/orgs/{id}/roles lists.',
    },
    'invitation.role_refused': {
      status: 403,
      title: 'The roles of the invitation have permissions that you do not have.',
      remedy: 'Invite with fewer roles, or ask an owner of the organisation. Only owners invite owners.',
    },
    'invitation.domain_refused': {
      status: 403,
      title: 'The organisation does not accept addresses of this domain.',
      remedy: 'Use an address of a domain in the setting emailDomains, or ask an owner to change the setting.',
    },
    'invitation.email_unverified': {
      status: 403,
      title: 'The address of your account is not verified.',
      remedy: 'Verify it (POST /v1/auth/verify-email/resend), then accept the invitation.',
    },
  },
  budgets: {
    /** Mails by one person or key, in all organisations together. */
    'invitation:inviter': { points: 200, seconds: 86_400 },
    'invitation:org': { points: 500, seconds: 86_400 },
    /** Mails of one invitation after the first. */
    'invitation:resend': { points: 3, seconds: 86_400 },
    /** The same to one address, of all invitations together. */
    'invitation:resend:email': { points: 12, seconds: 86_400 },
  },
  scheduled: {
    'sweep-invitations': {
      pattern: '17 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
  mails: { invitation: { org: 'text', inviter: 'text', link: 'link', minutes: 'minutes' } },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
