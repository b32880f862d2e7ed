/** @jsxImportSource preact */
/** One service account, with its keys. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Code, Details, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { navigate, pathname } from '../../../../../browser/navigation.ts'
import type { ServiceAccount } from '../../../../service-accounts/schema.ts'
import { ItemPage } from '../../item.tsx'
import { SwitchStatus } from '../../switch-status.tsx'
import { ApiKeys } from '../api-keys/list.tsx'
import { RoleBadges } from '../organisations/role-badges.tsx'
import type { Scoped } from '../scope.ts'
import { ServiceAccountEditor } from './editor.tsx'

export function OneServiceAccount({ id, orgId, rights }: Scoped & { id: string }) {
  const path = `/v1/service-accounts/${encodeURIComponent(id)}`
  const loaded = useLoaded<ServiceAccount>(path)
  const open = useSignal<'edit' | 'status' | 'delete' | undefined>(undefined)
  const close = () => (open.value = undefined)
  const reload = () => void loaded.reload()
  const mayWrite = rights.may('service-accounts:write')
  return (
    <ItemPage
      of={loaded}
      list="Service accounts"
      what="service account"
      titleOf={({ name }) => name}
      actions={({ status }) =>
        mayWrite && (
          <>
            <button type="button" class="button quiet" onClick={() => (open.value = 'edit')}>
              Change
            </button>
            <button type="button" class="button quiet" onClick={() => (open.value = 'status')}>
              {status === 'active' ? 'Disable' : 'Enable'}
            </button>
            <button type="button" class="button quiet" data-tone="bad" onClick={() => (open.value = 'delete')}>
              Delete
            </button>
          </>
        )
      }
    >
      {(account) => (
        <>
          <section class="card">
            <Details
              items={[
                ['Id', <Code text={account.id} />],
                ['What it is for', account.description],
                ['Status', <Badge tone={account.status === 'active' ? 'good' : 'bad'}>{account.status}</Badge>],
                ['Roles', <RoleBadges roles={account.roles} />],
                ['Created', <When at={account.createdAt} />],
              ]}
            />
          </section>
          <h3>API keys</h3>
          <ApiKeys orgId={orgId} rights={rights} serviceAccountId={account.id} />
          {open.value === 'edit' && (
            <ServiceAccountEditor
              orgId={orgId}
              account={account}
              etag={loaded.etag}
              onDone={reload}
              onStale={reload}
              onClose={close}
            />
          )}
          {open.value === 'status' && (
            <SwitchStatus
              of={account}
              path={path}
              cli={['service-accounts', account.id]}
              noun="service account"
              whenDisabled="Its keys are refused within a second, until it is enabled again."
              whenEnabled="Its keys work again."
              onDone={reload}
              onClose={close}
            />
          )}
          {open.value === 'delete' && (
            <ActDialog
              title={`Delete ${account.name}?`}
              call={{ method: 'DELETE', path }}
              submit="Delete service account"
              tone="bad"
              typed={account.name}
              done="The service account and its keys are deleted."
              onDone={() => navigate(pathname.value)}
              onStale={reload}
              onClose={close}
            >
              <p>Its keys are deleted with it, and programs that use them are refused within a second.</p>
            </ActDialog>
          )}
        </>
      )}
    </ItemPage>
  )
}
