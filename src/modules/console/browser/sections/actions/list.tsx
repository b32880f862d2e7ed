/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { itemHref } from '../../item.tsx'
import { usePages } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import { can } from '../../viewer.ts'
import { ShowSecret } from '../webhooks/show-secret.tsx'
import { type Action, type CreatedActionBody, TRIGGERS } from './action.ts'
import { ActionEditor } from './editor.tsx'

export function Actions() {
  const actions = usePages<Action>('/v1/actions')
  const open = useSignal<'new' | CreatedActionBody | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  return (
    <>
      {can('actions:write') && (
        <div class="toolbar">
          <button type="button" class="button" onClick={() => (open.value = 'new')}>
            New action
          </button>
        </div>
      )}
      <Rows
        label="Actions"
        of={actions}
        columns={['URL', 'When', 'If it fails', 'State', 'Created']}
        rowKey={({ id }) => id}
        empty="There is no action. Nobody is asked before a sign-up or a token."
        cells={({ id, url, name, trigger, onFailure, enabled, createdAt }) => [
          <>
            <a href={itemHref(id)}>
              <bdi>{url}</bdi>
            </a>
            {name !== '' && (
              <div class="soft">
                <bdi>{name}</bdi>
              </div>
            )}
          </>,
          TRIGGERS[trigger],
          onFailure,
          <Badge tone={enabled ? 'good' : 'plain'}>{enabled ? 'decides' : 'disabled'}</Badge>,
          <When at={createdAt} />,
        ]}
      />
      {shown === 'new' && (
        <ActionEditor
          action={undefined}
          etag={undefined}
          onDone={(made) => {
            open.value = made
            actions.reload()
          }}
          onClose={close}
        />
      )}
      {shown !== undefined && shown !== 'new' && <ShowSecret url={shown.url} secret={shown.secret} onClose={close} />}
    </>
  )
}
