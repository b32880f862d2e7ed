/**
 * What the console shows. A section is a page for the instance, `/console/<name>/…`; its component gets the rest of the path and
 * is loaded when it is opened for the first time. To add one: a file in `sections/` with a default export, and an entry here.
 *
 * What belongs to one organisation is a tab of the page of that organisation, `/console/orgs/<id>/<tab>`: `orgTabs`. For an owner
 * who has no permission in the instance these tabs are the navigation, so each needs an icon-free short title and the permission
 * in the organisation that its first request asks for.
 */
import type { ComponentType } from 'preact'

export interface SectionProps {
  /** What stands in the path after the name of the section: the id of one item, and its tab. */
  path: readonly string[]
}

/** The first one has no title of its own in the navigation. */
export const groups = ['Home', 'People', 'Access', 'Operations'] as const
export type Group = (typeof groups)[number]

export interface Section {
  /** Its path below `/console/`. */
  name: string
  title: string
  group: Group
  /** Shown to who has any of these permissions in the instance. Absent: to everyone. */
  permissions?: readonly string[]
  /** Everyone may open it by a link, and the navigation lists it for who has any of these permissions in the instance. */
  listedFor?: readonly string[]
  /** A page that is no entry of the navigation: links lead there. */
  unlisted?: true
  load: () => Promise<{ default: ComponentType<SectionProps> }>
}

export const sections: readonly Section[] = [
  {
    name: 'overview',
    title: 'Overview',
    group: 'Home',
    permissions: ['stats:read', 'audit:read', 'settings:read'],
    load: () => import('./sections/overview.tsx'),
  },
  {
    name: 'users',
    title: 'Users',
    group: 'People',
    permissions: ['users:read'],
    load: () => import('./sections/users.tsx'),
  },
  {
    name: 'orgs',
    title: 'Organisations',
    group: 'People',
    permissions: ['orgs:read'],
    load: () => import('./sections/orgs.tsx'),
  },
  {
    name: 'notifications',
    title: 'Notifications',
    group: 'People',
    permissions: ['notifications:read'],
    load: () => import('./sections/notifications.tsx'),
  },
  {
    name: 'roles',
    title: 'Roles',
    group: 'Access',
    permissions: ['roles:read'],
    load: () => import('./sections/roles.tsx'),
  },
  {
    name: 'permissions',
    title: 'Permissions',
    group: 'Access',
    permissions: ['permissions:read'],
    load: () => import('./sections/permissions.tsx'),
  },
  {
    name: 'rules',
    title: 'Rules',
    group: 'Access',
    permissions: ['policies:read'],
    load: () => import('./sections/rules.tsx'),
  },
  {
    name: 'resource-types',
    title: 'Resource types',
    group: 'Access',
    permissions: ['resource-types:read'],
    load: () => import('./sections/resource-types.tsx'),
  },
  {
    name: 'why',
    title: 'Why?',
    group: 'Access',
    listedFor: ['authz:explain'],
    load: () => import('./sections/why.tsx'),
  },
  {
    name: 'api-keys',
    title: 'API keys',
    group: 'Access',
    permissions: ['api-keys:read'],
    load: () => import('./sections/api-keys.tsx'),
  },
  {
    name: 'service-accounts',
    title: 'Service accounts',
    group: 'Access',
    permissions: ['service-accounts:read'],
    load: () => import('./sections/service-accounts.tsx'),
  },
  {
    name: 'oauth-clients',
    title: 'OAuth clients',
    group: 'Access',
    permissions: ['oauth-clients:read'],
    load: () => import('./sections/oauth-clients.tsx'),
  },
  {
    name: 'resources',
    title: 'Resources',
    group: 'Access',
    permissions: ['resources:read'],
    load: () => import('./sections/resources.tsx'),
  },
  {
    name: 'providers',
    title: 'Providers',
    group: 'Access',
    permissions: ['oauth-clients:read'],
    load: () => import('./sections/providers.tsx'),
  },
  {
    name: 'audit-log',
    title: 'Audit log',
    group: 'Operations',
    permissions: ['audit:read'],
    load: () => import('./sections/audit-log.tsx'),
  },
  {
    name: 'jobs',
    title: 'Jobs',
    group: 'Operations',
    permissions: ['jobs:read'],
    load: () => import('./sections/jobs.tsx'),
  },
  {
    name: 'webhooks',
    title: 'Webhooks',
    group: 'Operations',
    permissions: ['webhooks:read'],
    load: () => import('./sections/webhooks.tsx'),
  },
  {
    name: 'actions',
    title: 'Actions',
    group: 'Operations',
    permissions: ['actions:read'],
    load: () => import('./sections/actions.tsx'),
  },
  {
    name: 'signing-keys',
    title: 'Signing keys',
    group: 'Operations',
    permissions: ['signing-keys:read'],
    load: () => import('./sections/signing-keys.tsx'),
  },
  {
    name: 'mail-previews',
    title: 'Mail previews',
    group: 'Operations',
    permissions: ['settings:read'],
    load: () => import('./sections/mail-previews.tsx'),
  },
  {
    name: 'rate-limits',
    title: 'Rate limits',
    group: 'Operations',
    permissions: ['settings:read'],
    load: () => import('./sections/rate-limits.tsx'),
  },
  {
    name: 'settings',
    title: 'Settings',
    group: 'Operations',
    permissions: ['settings:read'],
    load: () => import('./sections/settings.tsx'),
  },
  {
    name: 'health',
    title: 'Health',
    group: 'Operations',
    permissions: ['settings:read'],
    load: () => import('./sections/health.tsx'),
  },
  {
    name: 'branding',
    title: 'Branding',
    group: 'Operations',
    permissions: ['settings:read'],
    load: () => import('./sections/branding.tsx'),
  },
]

export interface OrgTab {
  /** Its path below `/console/orgs/<id>/`. */
  name: string
  title: string
  group: Group
  /** In the organisation. */
  permission: string
}

/** In the order of the tabs. The section `orgs` draws them. */
export const orgTabs: readonly OrgTab[] = [
  { name: 'overview', title: 'Overview', group: 'Home', permission: 'orgs:read' },
  { name: 'members', title: 'Members', group: 'People', permission: 'members:read' },
  { name: 'invitations', title: 'Invitations', group: 'People', permission: 'invitations:read' },
  { name: 'notifications', title: 'Notifications', group: 'People', permission: 'notifications:read' },
  { name: 'domains', title: 'Domains', group: 'People', permission: 'domains:read' },
  { name: 'roles', title: 'Roles', group: 'Access', permission: 'roles:read' },
  { name: 'rules', title: 'Rules', group: 'Access', permission: 'policies:read' },
  { name: 'keys', title: 'API keys', group: 'Access', permission: 'api-keys:read' },
  { name: 'service-accounts', title: 'Service accounts', group: 'Access', permission: 'service-accounts:read' },
  { name: 'clients', title: 'OAuth clients', group: 'Access', permission: 'oauth-clients:read' },
  { name: 'resources', title: 'Resources', group: 'Access', permission: 'resources:read' },
  { name: 'webhooks', title: 'Webhooks', group: 'Operations', permission: 'webhooks:read' },
  { name: 'events', title: 'Events', group: 'Operations', permission: 'audit:read' },
  { name: 'branding', title: 'Branding', group: 'Operations', permission: 'orgs:read' },
  { name: 'settings', title: 'Settings', group: 'Operations', permission: 'orgs:read' },
]
