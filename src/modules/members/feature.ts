import { defineFeature, type LoadedRows, type RouteFiles, type SectionFields } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'members',
  position: 232,
  paths: {
    'GET /v1/orgs/:id/members': 'members:read in org',
    'PATCH /v1/orgs/:id/members/:userId': 'members:write in org',
    'DELETE /v1/orgs/:id/members/:userId': 'members:write in org',
  },
  routes: (): RouteFiles => Promise.all([import('./org-routes.ts')]),
  tags: { Members: 'The members of an organisation, and their roles.' },
  orgPermissions: { 'members:read': 'member', 'members:write': 'admin' },
  events: ['member.added', 'member.roles_changed', 'member.removed'],
  errors: {
    'member.not_found': {
      status: 404,
      title: 'The organisation has no such member.',
      remedy: 'Use a member that GET /v1/orgs/{id}/members lists.',
    },
    'member.role_unknown': {
      status: 409,
      title: 'The organisation has no such role.',
      remedy: 'Use the roles `owner`, `admin` and `member`, and those that GET /v1/orgs/{id}/roles lists.',
    },
    'member.role_refused': {
      status: 403,
      title: 'You cannot give or take this role.',
      remedy:
        'Ask someone who has every permission of the role. Only an owner makes another owner, or takes that role from one.',
    },
    'member.exists': {
      status: 409,
      title: 'The person is a member already.',
      remedy: 'Change the roles of the member.',
    },
    'member.refused': {
      status: 409,
      title: 'The account cannot become a member.',
      remedy: 'The account must be active, have an address, and be a member of fewer than 500 organisations.',
    },
    'org.last_owner': {
      status: 409,
      title: 'An organisation would have no active owner.',
      remedy:
        'Make another member an owner (PATCH /v1/orgs/{id}/members/{userId} or POST /v1/orgs/{id}/transfer), or delete the organisation. Then repeat the request.',
    },
  },
  exports: {
    memberships: {
      description: 'The organisations in which the account is a member, with its roles.',
      fields: ({ Type, timestamp }): SectionFields => ({
        orgId: Type.String({ examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        name: Type.String({ examples: ['Acme'] }),
        slug: Type.String({ examples: ['acme'] }),
        roles: Type.Array(Type.String(), { examples: [['member']] }),
        joinedAt: timestamp,
      }),
      rows: (): LoadedRows => import('./export-queries.ts').then((file) => file.membershipRows),
    },
  },
})
