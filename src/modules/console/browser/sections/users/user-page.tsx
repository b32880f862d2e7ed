/** @jsxImportSource preact */
/** One user: who they are, what they may do, how they sign in, and what happened. */
import { Badge } from '../../../../../browser/detail.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Tabs } from '../../../../../browser/tabs.tsx'
import { Waiting } from '../../../../../browser/waiting.tsx'
import { can } from '../../viewer.ts'
import { Events } from './events.tsx'
import { Factors } from './factors.tsx'
import { Grants } from './grants.tsx'
import { noteChanged } from './list.tsx'
import { Metadata } from './metadata.tsx'
import { Organisations } from './organisations.tsx'
import { Profile } from './profile.tsx'
import { Sessions } from './sessions.tsx'
import { nameOf, type User, userPage, userPath } from './user.ts'

/** What each tab gets. */
export interface TabProps {
  user: User
  etag: string | undefined
  /** Puts the answer to a change into the page and into the list. */
  keep: (user: User, etag: string | undefined) => void
  reload: () => Promise<void>
}

const TABS = [
  { name: 'profile', title: 'Profile', of: Profile },
  { name: 'metadata', title: 'Metadata', of: Metadata },
  { name: 'sessions', title: 'Sessions', of: Sessions },
  { name: 'factors', title: 'Sign-in methods', of: Factors },
  { name: 'grants', title: 'Applications', of: Grants },
  { name: 'orgs', title: 'Organisations', of: Organisations },
  { name: 'events', title: 'Events', of: Events, permission: 'audit:read' },
] as const

const BACK = { href: '/console/users', label: 'Users' }

export function UserPage({ id, tab = 'profile' }: { id: string; tab: string | undefined }) {
  const loaded = useLoaded<User>(userPath(id))
  const user = loaded.value
  if (user === undefined)
    return (
      <>
        <Heading title="User" back={BACK} />
        <Waiting of={loaded} gone={{ what: 'user', ...BACK }} />
      </>
    )
  const tabs = TABS.filter((one) => !('permission' in one) || can(one.permission))
  const current = tabs.find(({ name }) => name === tab)
  const Current = current?.of
  return (
    <>
      <Heading
        title={nameOf(user)}
        back={BACK}
        lead={
          <span class="facts">
            <span>{user.email}</span>
            <Badge tone={user.status === 'active' ? 'good' : 'bad'}>{user.status}</Badge>
            {!user.emailVerified && <Badge>address not verified</Badge>}
          </span>
        }
      />
      <Tabs
        label="User"
        current={tab}
        items={tabs.map(({ name, title }) => ({ name, title, href: userPage(id, name) }))}
      />
      {Current ? (
        <Current
          user={user}
          etag={loaded.etag}
          reload={loaded.reload}
          keep={(changed, etag) => {
            loaded.keep(changed, etag)
            noteChanged(changed)
          }}
        />
      ) : (
        <p>
          There is no such tab. <a href={userPage(id)}>Go to the profile</a>
        </p>
      )}
    </>
  )
}
