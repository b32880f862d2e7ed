/** @jsxImportSource preact */
/** The applications that the user has allowed to act for them. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { When } from '../../../../../browser/detail.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { Table } from '../../../../../browser/table.tsx'
import { can } from '../../viewer.ts'
import { userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

interface Grant {
  id: string
  client: { id: string; name: string; host: string | null }
  scopes: Record<string, readonly string[]>
  createdAt: string
  lastUsedAt: string | null
}

export function Grants({ user }: TabProps) {
  const path = userPath(user.id, '/grants')
  const grants = useMemo(() => pagedList<Grant>(path), [path])
  useEffect(() => void grants.load(), [grants])
  const ending = useSignal<Grant | undefined>(undefined)
  const mayEnd = can('users:write')
  return (
    <>
      <Table
        label="Applications that the user allowed"
        list={grants}
        rowKey={({ id }) => id}
        empty="The user has allowed no application."
        columns={[
          {
            title: 'Application',
            cell: ({ client: { name, host } }) => (
              <span title={host === null ? name : `${name} (${host})`}>
                <strong>{name}</strong> {host !== null && <span class="soft">{host}</span>}
              </span>
            ),
          },
          {
            title: 'Allowed',
            wide: true,
            cell: ({ scopes }) => {
              const text = Object.values(scopes).flat().join(' ')
              return <span title={text}>{text}</span>
            },
          },
          { title: 'Since', wide: true, tight: true, cell: ({ createdAt }) => <When at={createdAt} /> },
          {
            title: 'Last used',
            wide: true,
            tight: true,
            cell: ({ lastUsedAt }) => <When at={lastUsedAt} none="never" />,
          },
          {
            title: 'Action',
            tight: true,
            cell: (grant) =>
              mayEnd && (
                <button
                  type="button"
                  class="button quiet small"
                  aria-label={`End the access of ${grant.client.name}`}
                  onClick={() => {
                    ending.value = grant
                  }}
                >
                  End
                </button>
              ),
          },
        ]}
      />
      {ending.value && (
        <ActDialog
          title="End this access?"
          call={{ method: 'DELETE', path: `${path}/${ending.value.id}` }}
          submit="End it"
          tone="bad"
          done="The access has ended."
          onDone={() => void grants.reload()}
          onStale={() => void grants.reload()}
          onClose={() => {
            ending.value = undefined
          }}
        >
          <p>
            Every token of <strong>{ending.value.client.name}</strong> for {user.email} is refused within a second. The
            user can allow the application again.
          </p>
        </ActDialog>
      )}
    </>
  )
}
