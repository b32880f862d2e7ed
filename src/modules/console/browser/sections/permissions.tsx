/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../browser/act.tsx'
import { Badge } from '../../../../browser/detail.tsx'
import { TextField, useFields } from '../../../../browser/fields.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { queryValue, setQuery } from '../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../browser/search-box.tsx'
import type { ListedPermission } from '../../../permissions/schema.ts'
import { useWhole } from '../lists.ts'
import { useRights } from '../rights.ts'
import { RowAct, Rows } from '../rows.tsx'

export default function Permissions() {
  const rights = useRights(null)
  const list = useWhole<ListedPermission>('/v1/permissions')
  const registering = useSignal(false)
  const deleting = useSignal<ListedPermission | undefined>(undefined)
  const q = queryValue('q')
  const whose = queryValue('of')
  const items = list.items?.filter(
    ({ name, description, builtIn }) =>
      `${name} ${description}`.toLowerCase().includes(q.toLowerCase()) &&
      (whose === '' || builtIn === (whose === 'server')),
  )
  const mayWrite = rights.may('permissions:write')
  return (
    <>
      <Heading
        title="Permissions"
        lead="What roles and rules are made of: those of this server, and those of your applications."
      >
        {mayWrite && (
          <button type="button" class="button" onClick={() => (registering.value = true)}>
            Register permission
          </button>
        )}
      </Heading>
      <div class="toolbar">
        <SearchBox label="Search permissions" value={q} onSearch={(text) => setQuery({ q: text })} />
        <FilterSelect
          label="Of"
          value={whose}
          options={[
            ['', 'everything'],
            ['server', 'this server'],
            ['apps', 'applications'],
          ]}
          onValue={(of) => setQuery({ of })}
        />
      </div>
      <Rows
        label="Permissions"
        of={{ ...list, items }}
        columns={['Name', 'Meaning', 'Valid in', 'Of']}
        rowKey={({ name }) => name}
        empty={whose === 'apps' && q === '' ? 'No application has registered a permission.' : 'No permission matches.'}
        cells={({ name, description, validIn, builtIn }) => [
          <code>{name}</code>,
          description === '' ? <span class="soft">–</span> : <bdi>{description}</bdi>,
          validIn.join(', '),
          builtIn ? 'this server' : <Badge tone="brand">an application</Badge>,
        ]}
        acts={(permission) =>
          mayWrite &&
          !permission.builtIn && (
            <RowAct name={permission.name} tone="bad" onPress={() => (deleting.value = permission)}>
              Delete
            </RowAct>
          )
        }
      />
      {registering.value && <Register onDone={list.reload} onClose={() => (registering.value = false)} />}
      {deleting.value && (
        <ActDialog
          title={`Delete the permission ${deleting.value.name}?`}
          call={{ method: 'DELETE', path: `/v1/permissions/${deleting.value.name}` }}
          submit="Delete permission"
          tone="bad"
          typed={deleting.value.name}
          done="The permission is deleted."
          onDone={list.reload}
          onStale={list.reload}
          onClose={() => (deleting.value = undefined)}
        >
          <p>It is taken out of every role and every rule. A later permission with the same name is given to nobody.</p>
        </ActDialog>
      )}
    </>
  )
}

function Register({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const fields = useFields({ name: '', description: '' })
  const { name, description } = fields.value
  return (
    <ActDialog
      title="Register a permission"
      call={{ method: 'POST', path: '/v1/permissions', body: { name, ...(description !== '' && { description }) } }}
      submit="Register permission"
      done="The permission is registered. Roles and rules can name it."
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            {...fields.text('name')}
            label="Name"
            hint="noun:verb, such as invoices:approve. The nouns of this server are reserved."
            required
            maxLength={129}
            problem={problem}
          />
          <TextField
            {...fields.text('description')}
            label="Meaning (optional)"
            hint="What its holder may do, for the people who make roles."
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
