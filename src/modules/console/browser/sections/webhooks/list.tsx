/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { itemHref, openItem } from '../../item.tsx'
import { usePages } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import { inScope, nameOfScope, type Scoped } from '../scope.ts'
import { WebhookEditor } from './editor.tsx'
import { OneWebhook } from './one-webhook.tsx'
import { ShowSecret } from './show-secret.tsx'
import { type CreatedWebhookBody, stateOf, type Webhook } from './webhook.ts'

export function Webhooks({ orgId, rights }: Scoped) {
  const item = openItem()
  const scoped = { orgId, rights }
  return item === '' ? <List {...scoped} /> : <OneWebhook key={item} id={item} {...scoped} />
}

function List({ orgId, rights }: Scoped) {
  const webhooks = usePages<Webhook>('/v1/webhooks', inScope(orgId))
  const open = useSignal<'new' | CreatedWebhookBody | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  return (
    <>
      {rights.may('webhooks:write') && (
        <div class="toolbar">
          <button type="button" class="button" onClick={() => (open.value = 'new')}>
            New webhook
          </button>
        </div>
      )}
      <Rows
        label="Webhooks"
        of={webhooks}
        columns={['URL', 'Events', 'State', 'Last delivery']}
        rowKey={({ id }) => id}
        empty={`There is no webhook in ${nameOfScope(orgId)}.`}
        cells={(webhook) => {
          const { id, url, name, events, deliveredAt } = webhook
          const { text, tone } = stateOf(webhook)
          return [
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
            <code>{events.join(', ')}</code>,
            <Badge tone={tone}>{text}</Badge>,
            <When at={deliveredAt} none="never" />,
          ]
        }}
      />
      {shown === 'new' && (
        <WebhookEditor
          orgId={orgId}
          webhook={undefined}
          etag={undefined}
          onDone={(made) => {
            open.value = made
            webhooks.reload()
          }}
          onClose={close}
        />
      )}
      {shown !== undefined && shown !== 'new' && <ShowSecret url={shown.url} secret={shown.secret} onClose={close} />}
    </>
  )
}
