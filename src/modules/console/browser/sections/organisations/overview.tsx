/** @jsxImportSource preact */
/** The first page of an organisation: how many there are of what its owner manages, and what happened last. */
import type { ComponentChildren } from 'preact'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Details, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { NewestEvents } from '../overview/newest-events.tsx'
import { orgPath } from './list.tsx'
import type { OrgTabProps } from './organisation.tsx'

interface Page {
  items: readonly unknown[]
  nextCursor?: string | null
}

/** A page of a list: more than that is said as `100+`. */
const MOST = 100

export function OrgOverview({ org, orgId, rights }: OrgTabProps) {
  const { may } = rights
  return (
    <>
      <ul class="counts">
        {may('members:read') && <Count orgId={orgId} title="Members" list="members" tab="members" />}
        {may('invitations:read') && (
          <Count orgId={orgId} title="Open invitations" list="invitations" tab="invitations" />
        )}
        {may('domains:read') && <Count orgId={orgId} title="Domains" list="domains" tab="domains" />}
        {may('roles:read') && <Count orgId={orgId} title="Roles" list="roles" tab="roles" />}
      </ul>
      <div class="overview-beside">
        {may('audit:read') && (
          <NewestEvents
            id="newest-of-org"
            path={`/v1/orgs/${orgId}/events`}
            all={{ href: orgPath(orgId, 'events'), title: 'All events' }}
          />
        )}
        <section class="card" aria-labelledby="about-org">
          <h2 id="about-org">About</h2>
          <Details
            items={[
              ['Slug', <code key="slug">{org.slug}</code>],
              ['Since', <When key="since" at={org.createdAt} />],
              ['Changed', <When key="changed" at={org.updatedAt} />],
            ]}
          />
        </section>
      </div>
      <AsCommand call={{ method: 'GET', path: `/v1/orgs/${orgId}` }} cli={['orgs', 'show', org.slug]} />
    </>
  )
}

function Count({ orgId, title, list, tab }: { orgId: string; title: string; list: string; tab: string }) {
  const page = useLoaded<Page>(`/v1/orgs/${orgId}/${list}${list === 'roles' ? '' : `?limit=${MOST}`}`)
  const count = page.value?.items.length
  const said: ComponentChildren = count === undefined ? '…' : `${count}${page.value?.nextCursor ? '+' : ''}`
  return (
    <li class="card">
      <span class="soft">{title}</span>
      <strong>
        <a href={orgPath(orgId, tab)}>{page.problem ? '–' : said}</a>
      </strong>
    </li>
  )
}
