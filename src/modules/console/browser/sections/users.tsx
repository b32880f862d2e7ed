/** @jsxImportSource preact */
import { useEffect } from 'preact/hooks'
import { Badge, When } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { pagedList } from '../../../../browser/list.ts'
import { queryValue, setQuery } from '../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../browser/search-box.tsx'
import { Table } from '../../../../browser/table.tsx'

interface User {
  id: string
  email: string
  name: string
  status: 'active' | 'disabled'
  roles: readonly string[]
  createdAt: string
}

const users = pagedList<User>('/v1/users')

export default function Users() {
  const q = queryValue('q')
  const status = queryValue('status')
  const sort = queryValue('sort')
  useEffect(() => void users.load({ q, status, sort }), [q, status, sort])
  return (
    <>
      <Heading title="Users" />
      <div class="toolbar">
        <SearchBox label="Search by e-mail, name or username" value={q} onSearch={(text) => setQuery({ q: text })} />
        <FilterSelect
          label="Status"
          value={status}
          options={[
            ['', 'all'],
            ['active', 'active'],
            ['disabled', 'disabled'],
          ]}
          onValue={(value) => setQuery({ status: value })}
        />
      </div>
      <Table
        label="Users"
        list={users}
        rowKey={({ id }) => id}
        empty="No user matches."
        sort={sort}
        onSort={(value) => setQuery({ sort: value })}
        columns={[
          {
            title: 'E-mail',
            sort: 'email',
            cell: ({ id, email }) => (
              <a class="two" href={`/console/users/${id}`} title={email}>
                {email}
              </a>
            ),
          },
          { title: 'Name', sort: 'name', wide: true, cell: ({ name }) => <span title={name}>{name}</span> },
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
    </>
  )
}
