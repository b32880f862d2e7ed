/** @jsxImportSource preact */
/** API keys: all of the instance or mine, those of an organisation, or those of one service account. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect } from '../../../../../browser/search-box.tsx'
import type { ApiKey, CreatedApiKey } from '../../../../api-keys/schema.ts'
import { usePages } from '../../lists.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { me } from '../../viewer.ts'
import { AccountId } from '../people-links.tsx'
import { inScope, type Scoped } from '../scope.ts'
import { NewKey } from './new-key.tsx'
import { RotateKey } from './rotate-key.tsx'
import { ShowKey } from './show-key.tsx'

type Open = { act: 'rotate' | 'revoke'; apiKey: ApiKey } | { act: 'new' } | { act: 'show'; made: CreatedApiKey }

export interface ApiKeysProps extends Scoped {
  /** Only the keys of this service account. */
  serviceAccountId?: string | undefined
}

export function ApiKeys({ orgId, rights, serviceAccountId }: ApiKeysProps) {
  const choosesWhose = orgId === null && serviceAccountId === undefined
  const mine = choosesWhose && queryValue('of') === 'me'
  const keys = usePages<ApiKey>('/v1/api-keys', {
    ...(serviceAccountId === undefined ? inScope(orgId) : { serviceAccountId }),
    ...(choosesWhose && !mine && { all: 'true' }),
  })
  const open = useSignal<Open | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const made = (created: CreatedApiKey) => {
    open.value = { act: 'show', made: created }
    keys.reload()
  }
  const mayWrite =
    choosesWhose || rights.may(serviceAccountId === undefined ? 'api-keys:write' : 'service-accounts:write')
  return (
    <>
      <div class="toolbar">
        {choosesWhose && (
          <FilterSelect
            label="Keys"
            value={queryValue('of')}
            options={[
              ['', 'All'],
              ['me', 'Mine'],
            ]}
            onValue={(of) => setQuery({ of })}
          />
        )}
        {mayWrite && (
          <button type="button" class="button" onClick={() => (open.value = { act: 'new' })}>
            New API key
          </button>
        )}
      </div>
      <Rows
        label="API keys"
        of={keys}
        columns={['Name', 'Scopes', ...(serviceAccountId === undefined ? ['Owner'] : []), 'Last used', 'Expires']}
        rowKey={({ id }) => id}
        empty="No key works here. Keys that ended are not listed."
        cells={(key) => [
          <>
            <strong>
              <bdi>{key.name}</bdi>
            </strong>{' '}
            {key.form === 'signed' && <Badge>signed</Badge>}
            <div class="soft">
              <code>tid_…{key.hint}</code>
              {key.networks !== null && ` from ${key.networks.join(', ')}`}
            </div>
          </>,
          <code>{key.scopes.join(', ')}</code>,
          ...(serviceAccountId === undefined ? [<Owner apiKey={key} />] : []),
          <When at={key.lastUsedAt} none="never" />,
          <When at={key.expiresAt} none="never" />,
        ]}
        acts={(apiKey) => (
          <>
            {mayWrite && (apiKey.userId === null || apiKey.userId === me.value?.id) && (
              <RowAct name={apiKey.name} onPress={() => (open.value = { act: 'rotate', apiKey })}>
                Rotate
              </RowAct>
            )}
            {(mayWrite || apiKey.userId === me.value?.id) && (
              <RowAct name={apiKey.name} tone="bad" onPress={() => (open.value = { act: 'revoke', apiKey })}>
                Revoke
              </RowAct>
            )}
          </>
        )}
      />
      {shown?.act === 'new' && (
        <NewKey orgId={orgId} serviceAccountId={serviceAccountId} onDone={made} onClose={close} />
      )}
      {shown?.act === 'show' && <ShowKey made={shown.made} onClose={close} />}
      {shown?.act === 'rotate' && (
        <RotateKey apiKey={shown.apiKey} onDone={made} onStale={keys.reload} onClose={close} />
      )}
      {shown?.act === 'revoke' && (
        <ActDialog
          title={`Revoke ${shown.apiKey.name}?`}
          call={{ method: 'DELETE', path: `/v1/api-keys/${shown.apiKey.id}` }}
          cli={['api-keys', 'revoke', shown.apiKey.id]}
          submit="Revoke key"
          tone="bad"
          done="The key is revoked."
          onDone={keys.reload}
          onStale={keys.reload}
          onClose={close}
        >
          <p>Programs that use it are refused within a second. It cannot be undone: make another key.</p>
        </ActDialog>
      )}
    </>
  )
}

function Owner({ apiKey: { userId, serviceAccountId, orgId } }: { apiKey: ApiKey }) {
  if (userId !== null && userId === me.value?.id) return 'me'
  if (userId !== null)
    return (
      <>
        a person <AccountId id={userId} orgId={orgId} />
      </>
    )
  if (serviceAccountId !== null)
    return (
      <>
        a service account <AccountId id={serviceAccountId} orgId={orgId} />
      </>
    )
  return orgId === null ? 'the operator' : 'the organisation'
}
