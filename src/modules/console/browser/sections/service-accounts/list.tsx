/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { Badge, When } from '../../../../../browser/detail.tsx'
import type { ServiceAccount } from '../../../../service-accounts/schema.ts'
import { itemHref, openItem } from '../../item.tsx'
import { usePages } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import { RoleBadges } from '../organisations/role-badges.tsx'
import { inScope, nameOfScope, type Scoped } from '../scope.ts'
import { OneServiceAccount } from './account.tsx'
import { ServiceAccountEditor } from './editor.tsx'

export function ServiceAccounts(scoped: Scoped) {
  const item = openItem()
  return item === '' ? <List {...scoped} /> : <OneServiceAccount key={item} id={item} {...scoped} />
}

function List({ orgId, rights }: Scoped) {
  const accounts = usePages<ServiceAccount>('/v1/service-accounts', inScope(orgId))
  const creating = useSignal(false)
  return (
    <>
      {rights.may('service-accounts:write') && (
        <div class="toolbar">
          <button type="button" class="button" onClick={() => (creating.value = true)}>
            New service account
          </button>
        </div>
      )}
      <Rows
        label="Service accounts"
        of={accounts}
        columns={['Name', 'Roles', 'Status', 'Created']}
        rowKey={({ id }) => id}
        empty={`There is no service account in ${nameOfScope(orgId)}.`}
        cells={({ id, name, description, roles, status, createdAt }) => [
          <>
            <a href={itemHref(id)}>
              <bdi>{name}</bdi>
            </a>
            {description !== '' && (
              <div class="soft">
                <bdi>{description}</bdi>
              </div>
            )}
          </>,
          <RoleBadges roles={roles} />,
          <Badge tone={status === 'active' ? 'good' : 'bad'}>{status}</Badge>,
          <When at={createdAt} />,
        ]}
      />
      {creating.value && (
        <ServiceAccountEditor
          orgId={orgId}
          account={undefined}
          etag={undefined}
          onDone={accounts.reload}
          onClose={() => (creating.value = false)}
        />
      )}
    </>
  )
}
