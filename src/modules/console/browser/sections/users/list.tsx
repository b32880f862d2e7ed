/** @jsxImportSource preact */
/** All users: found as one types, by status and role, and as many at a time as the window shows. */
import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { navigate, queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../../browser/search-box.tsx'
import { Table } from '../../../../../browser/table.tsx'
import { can } from '../../viewer.ts'
import { type BulkAction, BulkDialog } from './bulk.tsx'
import { BulkProgress } from './bulk-progress.tsx'
import { CreateUser } from './create-user.tsx'
import { roleNames } from './role-names.ts'
import { type User, userPage } from './user.ts'

const users = pagedList<User>('/v1/users', 100)
/** The act on many users that was begun last, here. */
const begun = signal<BulkAction | undefined>(undefined)
const STATUSES = [
  ['', 'Any status'],
  ['active', 'Active'],
  ['disabled', 'Disabled'],
] as const

export function UserList() {
  const open = useSignal<'create' | 'bulk' | undefined>(undefined)
  const [q, status, role, sort] = ['q', 'status', 'role', 'sort'].map(queryValue) as [string, string, string, string]
  useEffect(() => void users.load({ q, status, role, sort }), [q, status, role, sort])
  const isFiltered = q !== '' || status !== '' || role !== ''
  const close = () => {
    open.value = undefined
  }
  return (
    <>
      <Heading title="Users">
        {can('users:write') && (
          <>
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                open.value = 'bulk'
              }}
            >
              Act on many
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                open.value = 'create'
              }}
            >
              Create user
            </button>
          </>
        )}
      </Heading>
      <div class="toolbar">
        <SearchBox label="Search by name or e-mail" value={q} onSearch={(text) => setQuery({ q: text })} />
        <FilterSelect
          label="Status"
          value={status}
          options={STATUSES}
          onValue={(value) => setQuery({ status: value })}
        />
        <FilterSelect
          label="Role"
          value={role}
          options={[['', 'Any role'], ...roleNames(role === '' ? [] : [role]).map((name) => [name, name] as const)]}
          onValue={(value) => setQuery({ role: value })}
        />
      </div>
      {begun.value && (
        <BulkProgress
          of={begun.value}
          onChange={(action) => {
            begun.value = action
          }}
          onEnd={() => void users.reload()}
        />
      )}
      <Table
        label="Users"
        list={users}
        rowKey={({ id }) => id}
        empty={
          isFiltered ? (
            <>
              <p>No user matches.</p>
              <button
                type="button"
                class="button quiet small"
                onClick={() => setQuery({ q: '', status: '', role: '' })}
              >
                Show all users
              </button>
            </>
          ) : (
            <p>There is no user yet.</p>
          )
        }
        sort={sort === '' ? '-createdAt' : sort}
        onSort={(value) => setQuery({ sort: value })}
        columns={[
          {
            title: 'E-mail',
            sort: 'email',
            cell: ({ id, email }) => (
              <a class="two" href={userPage(id)} title={email}>
                {email}
              </a>
            ),
          },
          {
            title: 'Name',
            sort: 'name',
            wide: true,
            cell: ({ name }) => (name === '' ? <span class="soft">–</span> : <span title={name}>{name}</span>),
          },
          {
            title: 'Roles',
            wide: true,
            cell: ({ roles }) => <span title={roles.join(', ')}>{roles.join(', ')}</span>,
          },
          {
            title: 'Status',
            tight: true,
            cell: ({ status: is }) => <Badge tone={is === 'active' ? 'good' : 'bad'}>{is}</Badge>,
          },
          {
            title: 'Created',
            sort: 'createdAt',
            wide: true,
            tight: true,
            cell: ({ createdAt }) => <When at={createdAt} />,
          },
        ]}
      />
      {open.value === 'create' && (
        <CreateUser
          onClose={close}
          onDone={(user) => {
            void users.reload()
            navigate(userPage(user.id))
          }}
        />
      )}
      {open.value === 'bulk' && (
        <BulkDialog
          filter={{ q, status, role }}
          onClose={close}
          onDone={(action) => {
            begun.value = action
          }}
        />
      )}
    </>
  )
}

/** Puts what a page of one user has changed into the list that the person comes back to. */
export function noteChanged(user: User): void {
  users.change((items) => items.map((one) => (one.id === user.id ? user : one)))
}
export function noteDeleted(id: string): void {
  users.change((items) => items.filter((one) => one.id !== id))
}
