/** @jsxImportSource preact */
/** All organisations for administrators of the instance, and those of the person for everyone. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { TextField, useFields } from '../../../../../browser/fields.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { navigate, queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../../browser/search-box.tsx'
import type { Org } from '../../../../orgs/schema.ts'
import { usePages } from '../../lists.ts'
import { useRights } from '../../rights.ts'
import { RowAct, Rows, type RowsOf } from '../../rows.tsx'
import { loadViewer } from '../../viewer.ts'

export const orgPath = (id: string, tab?: string): string => `/console/orgs/${id}${tab === undefined ? '' : `/${tab}`}`

interface Listed {
  org: Org
  /** Absent in the list of all organisations. */
  roles?: readonly string[]
}

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

function Mine() {
  const list = usePages<Listed>('/v1/me/orgs')
  return <Table of={list} reload={list.reload} empty="You are a member of no organisation yet." />
}

function All() {
  const q = queryValue('q')
  const { items, ...list } = usePages<Org>('/v1/orgs', { q })
  return (
    <Table
      of={{ ...list, items: items?.map((org) => ({ org })) }}
      reload={list.reload}
      empty={q === '' ? 'There are no organisations yet.' : `No name or slug begins with “${q}”.`}
    />
  )
}

function Table({ of, reload, empty }: { of: RowsOf<Listed>; reload: () => void; empty: string }) {
  const restoring = useSignal<Org | undefined>(undefined)
  const ofMember = of.items?.some(({ roles }) => roles !== undefined)
  return (
    <>
      <Rows
        label="Organisations"
        of={of}
        columns={['Name', 'Slug', ...(ofMember ? ['My roles'] : []), 'Created']}
        rowKey={({ org }) => org.id}
        empty={empty}
        cells={({ org, roles }) => [
          <>
            {org.deletedAt === undefined ? <a href={orgPath(org.id)}>{org.name}</a> : org.name}{' '}
            {org.deletedAt !== undefined && <Badge tone="bad">deleted</Badge>}
          </>,
          <code>{org.slug}</code>,
          ...(ofMember ? [roles?.join(', ')] : []),
          <When at={org.createdAt} />,
        ]}
        acts={({ org }) =>
          org.deletedAt !== undefined && (
            <RowAct name={org.name} onPress={() => (restoring.value = org)}>
              Restore
            </RowAct>
          )
        }
      />
      {restoring.value && (
        <ActDialog
          title={`Restore ${restoring.value.name}?`}
          call={{ method: 'POST', path: `/v1/orgs/${restoring.value.id}/restore` }}
          cli={['orgs', 'restore', restoring.value.slug]}
          submit="Restore"
          done="The organisation is back."
          onDone={reload}
          onClose={() => (restoring.value = undefined)}
        >
          <p>It comes back with its members, roles, settings and keys.</p>
        </ActDialog>
      )}
    </>
  )
}

function NewOrganisation({ onClose }: { onClose: () => void }) {
  const fields = useFields({ name: '', slug: '' })
  const { name, slug } = fields.value
  return (
    <ActDialog<Org>
      title="New organisation"
      call={{ method: 'POST', path: '/v1/orgs', body: { name, ...(slug !== '' && { slug }) } }}
      cli={['orgs', 'create', '--name', name, ...(slug === '' ? [] : ['--slug', slug]), '--owner', 'OWNER']}
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
