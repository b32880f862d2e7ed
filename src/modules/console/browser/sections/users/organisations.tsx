/** @jsxImportSource preact */
/** The organisations that the user is a member of, and their roles there. */
import { useEffect, useMemo } from 'preact/hooks'
import { Badge } from '../../../../../browser/detail.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { Table } from '../../../../../browser/table.tsx'
import { can } from '../../viewer.ts'
import { userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

interface Membership {
  org: { id: string; name: string; slug: string }
  roles: readonly string[]
}

export function Organisations({ user }: TabProps) {
  const path = userPath(user.id, '/orgs')
  const orgs = useMemo(() => pagedList<Membership>(path), [path])
  useEffect(() => void orgs.load(), [orgs])
  const mayOpen = can('orgs:read')
  return (
    <Table
      label="Organisations of the user"
      list={orgs}
      rowKey={({ org }) => org.id}
      empty="The user is in no organisation."
      columns={[
        {
          title: 'Organisation',
          cell: ({ org: { id, name } }) =>
            mayOpen ? (
              <a href={`/console/orgs/${id}`} title={name}>
                {name}
              </a>
            ) : (
              <span title={name}>{name}</span>
            ),
        },
        { title: 'Slug', wide: true, cell: ({ org: { slug } }) => <code>{slug}</code> },
        { title: 'Roles', cell: ({ roles }) => roles.map((role) => <Badge key={role}>{role}</Badge>) },
      ]}
    />
  )
}
