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
import { type Rights, useRights } from '../../rights.ts'
import { orgTabs } from '../../sections.ts'
import { isOrgOwner } from '../../viewer.ts'
import { ApiKeys } from '../api-keys/list.tsx'
import { OAuthClients } from '../oauth-clients/list.tsx'
import { Resources } from '../resources/list.tsx'
import { Roles } from '../roles/list.tsx'
import { Rules } from '../rules/list.tsx'
import { ServiceAccounts } from '../service-accounts/list.tsx'
import { Webhooks } from '../webhooks/list.tsx'
import { Branding } from './branding.tsx'
import { Domains } from './domains.tsx'
import { OrgEvents } from './events.tsx'
import { Invitations } from './invitations.tsx'
import { orgPath } from './list.tsx'
import { Members } from './members.tsx'
import { OrgOverview } from './overview.tsx'
import { Settings } from './settings.tsx'

export interface OrgTabProps {
  org: Org
  orgId: string
  /** The organisation as it was read, to change it by its version. */
  loaded: Loaded<Org>
  rights: Rights
}

/** What draws the tabs of `orgTabs`. */
const components: Readonly<Record<string, ComponentType<OrgTabProps>>> = {
  overview: OrgOverview,
  members: Members,
  invitations: Invitations,
  domains: Domains,
  roles: Roles,
  rules: Rules,
  keys: ApiKeys,
  'service-accounts': ServiceAccounts,
  clients: OAuthClients,
  resources: Resources,
  webhooks: Webhooks,
  events: OrgEvents,
  branding: Branding,
  settings: Settings,
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
