/** @jsxImportSource preact */
/** One webhook: its state, what can be done with it, and what was sent to it. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { OneHook } from '../hooks/one-hook.tsx'
import type { Scoped } from '../scope.ts'
import { Deliveries } from './deliveries.tsx'
import { WebhookEditor } from './editor.tsx'
import { ReplayRange } from './replay-range.tsx'
import { stateOf, type Webhook, webhookPath } from './webhook.ts'

export function OneWebhook({ id, orgId, rights }: Scoped & { id: string }) {
  const path = webhookPath(id)
  const loaded = useLoaded<Webhook>(path)
  const open = useSignal<'status' | 'test' | 'replay' | undefined>(undefined)
  /** Another number: the list of deliveries is read again. */
  const sent = useSignal(0)
  const close = () => (open.value = undefined)
  const reload = () => void loaded.reload()
  const reloadAll = () => {
    reload()
    sent.value += 1
  }
  const isActive = loaded.value?.status === 'active'
  const common = { onStale: reload, onClose: close }
  return (
    <OneHook
      of={loaded}
      path={path}
      list="Webhooks"
      noun="webhook"
      mayWrite={rights.may('webhooks:write')}
      editor={(props) => <WebhookEditor orgId={orgId} {...props} />}
      acts={() => (
        <>
          {isActive && (
            <button type="button" class="button quiet" onClick={() => (open.value = 'test')}>
              Send a test
            </button>
          )}
          <button type="button" class="button quiet" onClick={() => (open.value = 'status')}>
            {isActive ? 'Disable' : 'Enable'}
          </button>
        </>
      )}
      details={(webhook) => [
        ['What it is for', webhook.name],
        ['State', <Badge tone={stateOf(webhook).tone}>{stateOf(webhook).text}</Badge>],
        ['Events', <code>{webhook.events.join(', ')}</code>],
        ['Format', `${webhook.format}, version ${webhook.payloadVersion}`],
        ['Last delivery', <When at={webhook.deliveredAt} none="never" />],
        webhook.failures > 0 && [
          'Fails',
          <>
            since <When at={webhook.failingSince} />, {webhook.failures} times
          </>,
        ],
        webhook.resumesAt !== null && ['Next attempt', <When at={webhook.resumesAt} />],
      ]}
      typed={({ url }) => new URL(url).host}
      whenDeleted="Its deliveries are deleted with it, also those that were not sent yet."
    >
      {(webhook) => (
        <>
          {rights.may('audit:read') && (
            <Deliveries
              key={sent.value}
              webhook={webhook}
              mayWrite={rights.may('webhooks:write')}
              onReplayRange={() => (open.value = 'replay')}
            />
          )}
          {open.value === 'replay' && <ReplayRange path={path} onDone={reloadAll} {...common} />}
          {open.value === 'test' && (
            <ActDialog
              title="Send a test event?"
              call={{ method: 'POST', path: `${path}/test` }}
              submit="Send test"
              done="The test is sent. The list of deliveries shows what came of it."
              onDone={reloadAll}
              {...common}
            >
              <p>
                The endpoint gets an event of the type <code>webhook.test</code>, with a signature.
              </p>
            </ActDialog>
          )}
          {open.value === 'status' && (
            <ActDialog
              title={isActive ? 'Disable the webhook?' : 'Enable the webhook?'}
              call={{ method: 'PATCH', path, body: { status: isActive ? 'disabled' : 'active' } }}
              ifMatch={loaded.etag}
              submit={isActive ? 'Disable' : 'Enable'}
              tone={isActive ? 'bad' : 'plain'}
              done={isActive ? 'The webhook is disabled.' : 'The webhook is enabled.'}
              onDone={reload}
              {...common}
            >
              <p>
                {isActive
                  ? 'Nothing is sent to it. Events of this time are sent later only if you ask for them.'
                  : 'Deliveries that wait are sent now, and events from now on.'}
              </p>
            </ActDialog>
          )}
        </>
      )}
    </OneHook>
  )
}
