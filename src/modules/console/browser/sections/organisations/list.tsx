/** @jsxImportSource preact */
/** All organisations for administrators of the instance, and those of the person for everyone. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { TextField, useFields } from '../../../../../browser/fields.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { navigate, queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../../browser/search-box.tsx'
import { Table } from '../../../../../browser/table.tsx'
import type { Org } from '../../../../orgs/schema.ts'
import { useRights } from '../../rights.ts'
import { RowAct } from '../../rows.tsx'
import { loadViewer } from '../../viewer.ts'

export const orgPath = (id: string, tab?: string): string => `/console/orgs/${id}${tab === undefined ? '' : `/${tab}`}`

/** An organisation of the person. The list of all organisations has them alone. */
interface Listed {
  org: Org
  roles: readonly string[]
}
const orgOf = (row: Org | Listed): Org => ('org' in row ? row.org : row)

export function OrganisationList() {
  const rights = useRights(null)
  const creating = useSignal(false)
  const mine = !rights.may('orgs:read') || queryValue('show') === 'mine'
  return (
    <>
      <Heading title="Organisations" lead="Groups of people with roles, rules and settings of their own.">
        <button type="button" class="button" onClick={() => (creating.value = true)}>
          New organisation
        </button>
      </Heading>
      {rights.may('orgs:read') && (
        <div class="toolbar">
          {!mine && (
            <SearchBox label="Search by name or slug" value={queryValue('q')} onSearch={(q) => setQuery({ q })} />
          )}
          <FilterSelect
            label="Show"
            value={queryValue('show')}
            options={[
              ['', 'All organisations'],
              ['mine', 'Mine'],
            ]}
            onValue={(show) => setQuery({ show, q: undefined })}
          />
        </div>
      )}
      {rights.known && (mine ? <Mine /> : <All />)}
      {creating.value && <NewOrganisation onClose={() => (creating.value = false)} />}
    </>
  )
}

const Mine = () => <Organisations path="/v1/me/orgs" empty="You are a member of no organisation yet." ofMember />

function All() {
  const q = queryValue('q')
  return (
    <Organisations
      path="/v1/orgs"
      q={q}
      empty={q === '' ? 'There are no organisations yet.' : `No name or slug begins with “${q}”.`}
    />
  )
}

interface OrganisationsProps {
  path: string
  q?: string
  empty: string
  ofMember?: boolean
}

function Organisations({ path, q, empty, ofMember = false }: OrganisationsProps) {
  const list = useMemo(() => pagedList<Org | Listed>(path), [path])
  useEffect(() => void list.load({ q }), [list, q])
  const restoring = useSignal<Org | undefined>(undefined)
  return (
    <>
      <Table
        label="Organisations"
        list={list}
        rowKey={(row) => orgOf(row).id}
        empty={empty}
        columns={[
          { title: 'Name', cell: (row) => <Name org={orgOf(row)} /> },
          { title: 'Slug', wide: true, cell: (row) => <code>{orgOf(row).slug}</code> },
          ...(ofMember
            ? [{ title: 'My roles', cell: (row: Org | Listed) => 'org' in row && row.roles.join(', ') }]
            : []),
          {
            title: 'Created',
            tight: true,
            cell: (row) => <Since org={orgOf(row)} onRestore={(org) => (restoring.value = org)} />,
          },
        ]}
      />
      {restoring.value && (
        <ActDialog
          title={`Restore ${restoring.value.name}?`}
          call={{ method: 'POST', path: `/v1/orgs/${restoring.value.id}/restore` }}
          cli={['orgs', 'restore', restoring.value.slug]}
          submit="Restore"
          done="The organisation is back."
          onDone={() => void list.reload()}
          onClose={() => (restoring.value = undefined)}
        >
          <p>It comes back with its members, roles, settings and keys.</p>
        </ActDialog>
      )}
    </>
  )
}

const Name = ({ org: { id, name, deletedAt } }: { org: Org }) =>
  deletedAt === undefined ? (
    <a class="two" href={orgPath(id)} title={name}>
      {name}
    </a>
  ) : (
    <>
      <span class="two" title={name}>
        {name}
      </span>
      <Badge tone="bad">deleted</Badge>
    </>
  )

const Since = ({ org, onRestore }: { org: Org; onRestore: (org: Org) => void }) =>
  org.deletedAt === undefined ? (
    <When at={org.createdAt} />
  ) : (
    <RowAct name={org.name} onPress={() => onRestore(org)}>
      Restore
    </RowAct>
  )

function NewOrganisation({ onClose }: { onClose: () => void }) {
  const fields = useFields({ name: '', slug: '' })
  const { name, slug } = fields.value
  return (
    <ActDialog<Org>
      title="New organisation"
      call={{ method: 'POST', path: '/v1/orgs', body: { name, ...(slug !== '' && { slug }) } }}
      cli={['orgs', 'create', `--name=${name}`, ...(slug === '' ? [] : [`--slug=${slug}`]), '--owner=OWNER']}
      submit="Create organisation"
      done="The organisation is created. You are its owner."
      onDone={({ id }) => {
        // The organisation belongs to the navigation of its owner.
        void loadViewer().then(() => navigate(orgPath(id)))
      }}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField {...fields.text('name')} label="Name" required maxLength={100} problem={problem} />
          <TextField
            {...fields.text('slug')}
            label="Slug (optional)"
            hint="Small letters, digits and hyphens. Without it, the server makes one from the name."
            maxLength={63}
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
