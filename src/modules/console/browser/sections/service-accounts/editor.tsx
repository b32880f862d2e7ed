/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { AreaField, ChoiceField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { Role } from '../../../../roles/schema.ts'
import type { ServiceAccount } from '../../../../service-accounts/schema.ts'
import { useWhole } from '../../lists.ts'
import { can } from '../../viewer.ts'
import { inScope, nameOfScope, rolesPath } from '../scope.ts'

interface ServiceAccountEditorProps {
  orgId: string | null
  /** Absent: a new one. */
  account: ServiceAccount | undefined
  etag: string | undefined
  onDone: (account: ServiceAccount) => void
  onStale?: () => void
  onClose: () => void
}

export function ServiceAccountEditor({ orgId, account, etag, onDone, onStale, onClose }: ServiceAccountEditorProps) {
  const known = useWhole<Role>(can('roles:read', orgId ?? undefined) ? rolesPath(orgId) : undefined)
  const fields = useFields({ name: account?.name ?? '', description: account?.description ?? '' })
  const roles = useSignal<string[]>(account?.roles ?? [orgId === null ? 'user' : 'member'])
  const { name, description } = fields.value
  const body = { name, description, roles: roles.value }
  const options = [...new Set([...(known.items?.map((role) => role.name) ?? []), ...roles.value])]
  return (
    <ActDialog<ServiceAccount>
      title={account === undefined ? 'New service account' : `Change ${account.name}`}
      call={
        account === undefined
          ? { method: 'POST', path: '/v1/service-accounts', body: { ...body, ...inScope(orgId) } }
          : { method: 'PATCH', path: `/v1/service-accounts/${account.id}`, body }
      }
      ifMatch={etag}
      submit={account === undefined ? 'Create service account' : 'Save'}
      done={account === undefined ? 'The service account is created. Give it an API key next.' : 'It is saved.'}
      onDone={onDone}
      {...(onStale && { onStale })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField {...fields.text('name')} label="Name" required maxLength={100} problem={problem} />
          <AreaField
            {...fields.text('description')}
            label="What it is for (optional)"
            rows={2}
            maxLength={500}
            problem={problem}
          />
          <ChoiceField
            label={`Roles in ${nameOfScope(orgId)}`}
            hint="Its keys can do what these roles and their own scopes allow."
            options={options}
            value={roles.value}
            onValue={(value) => (roles.value = value)}
            pointer="/roles"
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
