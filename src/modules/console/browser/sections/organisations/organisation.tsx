/** @jsxImportSource preact */
/** One organisation, with a tab for each thing that the person may see in it. */
import type { ComponentType } from 'preact'
import { Code } from '../../../../../browser/detail.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { type Loaded, useLoaded } from '../../../../../browser/loaded.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import { Tabs } from '../../../../../browser/tabs.tsx'
import { Waiting } from '../../../../../browser/waiting.tsx'
import type { Org } from '../../../../orgs/schema.ts'
import { later } from '../../later.tsx'
import { type Rights, useRights } from '../../rights.ts'
import { orgTabs } from '../../sections.ts'
import { isOrgOwner } from '../../viewer.ts'
import { orgPath } from './list.tsx'

export interface OrgTabProps {
  org: Org
  orgId: string
  /** The organisation as it was read, to change it by its version. */
  loaded: Loaded<Org>
  rights: Rights
}

/** What draws the tabs of `orgTabs`. Who opens one does not wait for the others. */
const components: Readonly<Record<string, ComponentType<OrgTabProps>>> = {
  overview: later(() => import('./overview.tsx').then(({ OrgOverview }) => ({ default: OrgOverview }))),
  members: later(() => import('./members.tsx').then(({ Members }) => ({ default: Members }))),
  invitations: later(() => import('./invitations.tsx').then(({ Invitations }) => ({ default: Invitations }))),
  notifications: later(() =>
    import('../notifications/list.tsx').then(({ Notifications }) => ({ default: Notifications })),
  ),
  domains: later(() => import('./domains.tsx').then(({ Domains }) => ({ default: Domains }))),
  roles: later(() => import('../roles/list.tsx').then(({ Roles }) => ({ default: Roles }))),
  rules: later(() => import('../rules/list.tsx').then(({ Rules }) => ({ default: Rules }))),
  keys: later(() => import('../api-keys/list.tsx').then(({ ApiKeys }) => ({ default: ApiKeys }))),
  'service-accounts': later(() =>
    import('../service-accounts/list.tsx').then(({ ServiceAccounts }) => ({ default: ServiceAccounts })),
  ),
  clients: later(() => import('../oauth-clients/list.tsx').then(({ OAuthClients }) => ({ default: OAuthClients }))),
  resources: later(() => import('../resources/list.tsx').then(({ Resources }) => ({ default: Resources }))),
  webhooks: later(() => import('../webhooks/list.tsx').then(({ Webhooks }) => ({ default: Webhooks }))),
  events: later(() => import('./events.tsx').then(({ OrgEvents }) => ({ default: OrgEvents }))),
  branding: later(() => import('./branding.tsx').then(({ Branding }) => ({ default: Branding }))),
  settings: later(() => import('./settings.tsx').then(({ Settings }) => ({ default: Settings }))),
}

export function Organisation({ id, tab }: { id: string; tab: string | undefined }) {
  const loaded = useLoaded<Org>(`/v1/orgs/${encodeURIComponent(id)}`)
  const rights = useRights(id)
  const org = loaded.value
  const tabs = orgTabs.filter(({ name, permission }) => Object.hasOwn(components, name) && rights.may(permission))
  const shown = tabs.find(({ name }) => name === tab) ?? (tab === undefined ? tabs[0] : undefined)
  const back = { href: '/console/orgs', label: 'Organisations' }
  if (org === undefined)
    return (
      <>
        <Heading title="Organisation" back={back} />
        <Waiting of={loaded} gone={{ what: 'organisation', ...back }} />
      </>
    )
  const Component = shown && components[shown.name]
  return (
    <>
      <Heading title={org.name} back={back} lead={<Code text={org.id} />} />
      <Failure problem={loaded.problem} />
      {/* For an owner without rights in the instance they are the navigation of the console already. */}
      {!isOrgOwner.value && (
        <Tabs
          label={org.name}
          current={shown?.name ?? ''}
          items={tabs.map(({ name, title }) => ({ name, title, href: orgPath(id, name) }))}
        />
      )}
      {Component && <Component org={org} orgId={id} loaded={loaded} rights={rights} />}
      {Component === undefined && rights.known && <p>You may not see this part of the organisation.</p>}
    </>
  )
}
