/** @jsxImportSource preact */
/** The roles of the instance or of an organisation, as a list or side by side. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge } from '../../../../../browser/detail.tsx'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect } from '../../../../../browser/search-box.tsx'
import type { ListedPermission } from '../../../../permissions/schema.ts'
import type { Role } from '../../../../roles/schema.ts'
import { useWhole, withQuery } from '../../lists.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { nameOfScope, rolesPath, type Scoped } from '../scope.ts'
import { RoleEditor } from './editor.tsx'
import { RoleMatrix } from './matrix.tsx'

type Open = { act: 'edit' | 'delete'; role: Role } | { act: 'new' }

export function Roles({ orgId, rights }: Scoped) {
  const path = rolesPath(orgId)
  const roles = useWhole<Role>(path)
  const permissions = useWhole<ListedPermission>(
    rights.may('permissions:read') ? withQuery('/v1/permissions', { orgId }) : undefined,
  )
  const here = permissions.items?.filter(({ validIn }) =>
    validIn.includes(orgId === null ? 'instance' : 'organisation'),
  )
  const open = useSignal<Open | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const mayWrite = rights.may('roles:write')
  const sideBySide = queryValue('view') === 'matrix'
  return (
    <>
      <div class="toolbar">
        <FilterSelect
          label="View"
          value={queryValue('view')}
          options={[
            ['', 'List'],
            ['matrix', 'Side by side'],
          ]}
          onValue={(view) => setQuery({ view })}
        />
        {mayWrite && (
          <button type="button" class="button" onClick={() => (open.value = { act: 'new' })}>
            New role
          </button>
        )}
      </div>
      {sideBySide && roles.items !== undefined && here !== undefined ? (
        <RoleMatrix roles={roles.items} permissions={here} />
      ) : (
        <Rows
          label="Roles"
          of={roles}
          columns={['Name', 'Permissions', 'Inherits', 'Second factor']}
          rowKey={({ name }) => name}
          empty="There are no roles."
          cells={(role) => [
            <>
              <strong>{role.name}</strong> {role.builtIn && <Badge>built in</Badge>}
            </>,
            summaryOf(role.permissions),
            role.inherits ?? <span class="soft">–</span>,
            role.mfaRequired ? <Badge tone="brand">required</Badge> : <span class="soft">–</span>,
          ]}
          acts={(role) =>
            mayWrite && (
              <>
                {(!role.builtIn || orgId === null) && (
                  <RowAct name={role.name} onPress={() => (open.value = { act: 'edit', role })}>
                    Edit
                  </RowAct>
                )}
                {!role.builtIn && (
                  <RowAct name={role.name} tone="bad" onPress={() => (open.value = { act: 'delete', role })}>
                    Delete
                  </RowAct>
                )}
              </>
            )
          }
        />
      )}
      {(shown?.act === 'new' || shown?.act === 'edit') && (
        <RoleEditor
          orgId={orgId}
          role={shown.act === 'edit' ? shown.role : undefined}
          roles={roles.items ?? []}
          permissions={here ?? []}
          reload={roles.reload}
          onClose={close}
        />
      )}
      {shown?.act === 'delete' && (
        <ActDialog
          title={`Delete the role ${shown.role.name}?`}
          call={{ method: 'DELETE', path: `${path}/${shown.role.name}` }}
          submit="Delete role"
          tone="bad"
          done="The role is deleted."
          onDone={roles.reload}
          onStale={roles.reload}
          onClose={close}
        >
          <p>
            Everyone in {nameOfScope(orgId)} who has it loses it with the next request: people, service accounts and
            open invitations. Who has no other role gets {orgId === null ? 'user' : 'member'}.
          </p>
        </ActDialog>
      )}
    </>
  )
}

/** The first few, and how many more. */
function summaryOf(permissions: readonly string[]) {
  if (permissions.length === 0) return <span class="soft">none</span>
  const more = permissions.length - 3
  return (
    <span title={permissions.join(', ')}>
      <code>{permissions.slice(0, 3).join(', ')}</code>
      {more > 0 && <span class="soft"> and {more} more</span>}
    </span>
  )
}
