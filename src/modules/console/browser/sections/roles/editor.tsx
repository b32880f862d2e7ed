/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import type { Sent } from '../../../../../browser/api.ts'
import { CheckField, SelectField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { ListedPermission } from '../../../../permissions/schema.ts'
import type { Role } from '../../../../roles/schema.ts'
import { WithVersion } from '../../with-version.tsx'
import { PermissionChecklist } from '../permissions/checklist.tsx'
import { rolesPath } from '../scope.ts'

interface RoleEditorProps {
  orgId: string | null
  /** Absent: a new one. */
  role: Role | undefined
  roles: readonly Role[]
  permissions: readonly ListedPermission[]
  reload: () => void
  onClose: () => void
}

/** A role has no version, so it is read again before it is changed: the row of the list may be old. */
export const RoleEditor = (props: RoleEditorProps) => (
  <WithVersion<{ items: readonly Role[] }>
    path={props.role && rolesPath(props.orgId)}
    title={`Role ${props.role?.name ?? ''}`}
    onClose={props.onClose}
  >
    {(now) => (
      <RoleForm
        {...props}
        role={now?.items.find(({ name }) => name === props.role?.name) ?? props.role}
        roles={now?.items ?? props.roles}
      />
    )}
  </WithVersion>
)

function RoleForm({ orgId, role, roles, permissions, reload, onClose }: RoleEditorProps) {
  const fields = useFields({
    name: role?.name ?? '',
    inherits: role?.inherits ?? '',
    mfaRequired: role?.mfaRequired ?? false,
  })
  const chosen = useSignal<string[]>([...(role?.permissions ?? [])])
  const { name, inherits, mfaRequired } = fields.value
  const builtIn = role?.builtIn === true
  const path = rolesPath(orgId)
  const call: Sent =
    role === undefined
      ? {
          method: 'POST',
          path,
          body: { name, permissions: chosen.value, ...(inherits !== '' && { inherits }), mfaRequired },
        }
      : {
          method: 'PATCH',
          path: `${path}/${role.name}`,
          body: builtIn
            ? { mfaRequired }
            : { permissions: chosen.value, inherits: inherits === '' ? null : inherits, mfaRequired },
        }
  // One level: a role that inherits one cannot be inherited itself.
  const parents = roles.filter((one) => one.inherits === undefined && one.name !== role?.name)
  return (
    <ActDialog
      title={role === undefined ? 'New role' : `Role ${role.name}`}
      call={call}
      submit={role === undefined ? 'Create role' : 'Save role'}
      done={role === undefined ? 'The role is created.' : 'The role is changed. It is in force with the next request.'}
      onDone={reload}
      onStale={reload}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {role === undefined && (
            <TextField
              {...fields.text('name')}
              label="Name"
              hint="Small letters, digits, _ and -. It begins with a letter and is never changed."
              required
              maxLength={64}
              problem={problem}
            />
          )}
          {builtIn ? (
            <p>The permissions of a built-in role are fixed.</p>
          ) : (
            <>
              <PermissionChecklist
                label="Permissions"
                hint="You can give the permissions that you have yourself, and those of applications."
                options={permissions}
                value={chosen.value}
                onValue={(value) => (chosen.value = value)}
                pointer="/permissions"
                problem={problem}
              />
              <SelectField
                {...fields.text('inherits')}
                label="Inherits"
                hint="The role also has the permissions of this one."
                options={[['', 'No role'], ...parents.map((one) => [one.name, one.name] as const)]}
                problem={problem}
              />
            </>
          )}
          <CheckField {...fields.check('mfaRequired')} label="Its holders need a second factor" />
        </>
      )}
    </ActDialog>
  )
}
