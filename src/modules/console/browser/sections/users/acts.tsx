/** @jsxImportSource preact */
/** What an administrator does to one user: the buttons, and the dialog of each. */
import { ActDialog } from '../../../../../browser/act.tsx'
import { navigate } from '../../../../../browser/navigation.ts'
import { can, me } from '../../viewer.ts'
import { Impersonate } from './impersonate.tsx'
import { noteDeleted } from './list.tsx'
import { type User, userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

export type ActName = 'disable' | 'enable' | 'reset-password' | 'impersonate' | 'delete'

interface Offered {
  name: ActName
  title: string
  why: string
  permission: string
  tone?: 'bad'
}

const offered = ({ status, id }: User): Offered[] => {
  const isOneself = id === me.value?.id
  return [
    {
      name: 'reset-password',
      title: 'Send a password reset',
      why: 'A mail with a link and a code, valid for 30 minutes.',
      permission: 'users:write',
    },
    ...(isOneself || status !== 'active'
      ? []
      : ([
          {
            name: 'impersonate',
            title: 'Act as this user',
            why: 'For at most an hour, with a reason in the audit log.',
            permission: 'users:impersonate',
          },
        ] as const)),
    status === 'active'
      ? {
          name: 'disable',
          title: 'Disable',
          why: 'Ends every session. The user cannot sign in until you enable the account.',
          permission: 'users:write',
          tone: 'bad',
        }
      : { name: 'enable', title: 'Enable', why: 'The user can sign in again.', permission: 'users:write' },
    {
      name: 'delete',
      title: 'Delete',
      why: 'Removes the account and its personal data. It cannot be undone.',
      permission: 'users:write',
      tone: 'bad',
    },
  ]
}

export function Acts({ user, onOpen }: { user: User; onOpen: (name: ActName) => void }) {
  const acts = offered(user).filter(({ permission }) => can(permission))
  if (acts.length === 0) return null
  return (
    <section class="card acts" aria-label="Actions">
      {acts.map(({ name, title, why, tone }) => (
        <div key={name}>
          <button type="button" class="button quiet small" data-tone={tone} onClick={() => onOpen(name)}>
            {title}
          </button>
          <p class="soft">{why}</p>
        </div>
      ))}
    </section>
  )
}

export function ActsOf({ name, user, keep, reload, onClose }: TabProps & { name: ActName; onClose: () => void }) {
  const path = userPath(user.id)
  const common = { onClose, onStale: () => void reload() }
  switch (name) {
    case 'impersonate':
      return <Impersonate user={user} onClose={onClose} />
    case 'reset-password':
      return (
        <ActDialog
          title="Send a password reset?"
          call={{ method: 'POST', path: '/v1/auth/forgot-password', body: { email: user.email } }}
          cli={['users', 'reset-password', user.id]}
          submit="Send"
          done={`A mail is on its way to ${user.email}.`}
          {...common}
        >
          <p>
            <strong>{user.email}</strong> gets a mail with a link and a code. The present password stays valid until a
            new one is set.
          </p>
        </ActDialog>
      )
    case 'disable':
      return (
        <ActDialog<User>
          title="Disable the user?"
          call={{ method: 'POST', path: `${path}/disable` }}
          cli={['users', 'disable', user.id]}
          submit="Disable"
          tone="bad"
          done="The user is disabled."
          onDone={(changed) => keep(changed, undefined)}
          {...common}
        >
          <p>
            Every session of <strong>{user.email}</strong> ends at once. The account and its data stay.
          </p>
        </ActDialog>
      )
    case 'enable':
      return (
        <ActDialog<User>
          title="Enable the user?"
          call={{ method: 'POST', path: `${path}/enable` }}
          cli={['users', 'enable', user.id]}
          submit="Enable"
          done="The user is enabled."
          onDone={(changed) => keep(changed, undefined)}
          {...common}
        >
          <p>
            <strong>{user.email}</strong> can sign in again.
          </p>
        </ActDialog>
      )
    case 'delete':
      return (
        <ActDialog
          title="Delete the user?"
          call={{ method: 'DELETE', path }}
          cli={['users', 'delete', user.id]}
          submit="Delete for ever"
          tone="bad"
          typed={user.email}
          done="The user is deleted."
          onDone={() => {
            noteDeleted(user.id)
            navigate('/console/users', { replace: true })
          }}
          {...common}
        >
          <p>
            The account, its sessions, factors, identities and grants are removed, and its personal data in the audit
            log is erased. It cannot be undone. To keep the person out for a while, disable the account.
          </p>
        </ActDialog>
      )
  }
}
