/** @jsxImportSource preact */
import { Badge, When } from '../../../../../browser/detail.tsx'
import { openItem } from '../../item.tsx'
import { usePages } from '../../lists.ts'
import { HookList } from '../hooks/hook-list.tsx'
import { inScope, nameOfScope, type Scoped } from '../scope.ts'
import { WebhookEditor } from './editor.tsx'
import { OneWebhook } from './one-webhook.tsx'
import { stateOf, type Webhook } from './webhook.ts'

export function Webhooks({ orgId, rights }: Scoped) {
  const item = openItem()
  const scoped = { orgId, rights }
  return item === '' ? <List {...scoped} /> : <OneWebhook key={item} id={item} {...scoped} />
}

const List = ({ orgId, rights }: Scoped) => (
  <HookList
    label="Webhooks"
    noun="webhook"
    of={usePages<Webhook>('/v1/webhooks', inScope(orgId))}
    columns={['Events', 'State', 'Last delivery']}
    cells={(webhook) => {
      const { text, tone } = stateOf(webhook)
      return [
        <code>{webhook.events.join(', ')}</code>,
        <Badge tone={tone}>{text}</Badge>,
        <When at={webhook.deliveredAt} none="never" />,
      ]
    }}
    empty={`There is no webhook in ${nameOfScope(orgId)}.`}
    mayWrite={rights.may('webhooks:write')}
    editor={(props) => <WebhookEditor orgId={orgId} {...props} />}
  />
)
