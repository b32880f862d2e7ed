/** @jsxImportSource preact */
/** One webhook: its state, what can be done with it, and what was sent to it. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Code, Details, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { navigate, pathname } from '../../../../../browser/navigation.ts'
import { ItemPage } from '../../item.tsx'
import type { Scoped } from '../scope.ts'
import { Deliveries } from './deliveries.tsx'
import { WebhookEditor } from './editor.tsx'
import { ReplayRange } from './replay-range.tsx'
import { RotateSecret } from './rotate-secret.tsx'
import { ShowSecret } from './show-secret.tsx'
import { stateOf, type Webhook, webhookPath } from './webhook.ts'

type Open = 'edit' | 'rotate' | 'status' | 'delete' | 'test' | 'replay' | { url: string; secret: string }

export function OneWebhook({ id, orgId, rights }: Scoped & { id: string }) {
  const path = webhookPath(id)
  const loaded = useLoaded<Webhook>(path)
  const open = useSignal<Open | undefined>(undefined)
  /** Another number: the list of deliveries is read again. */
  const sent = useSignal(0)
  const shown = open.value
  const close = () => (open.value = undefined)
  const reload = () => void loaded.reload()
  const reloadAll = () => {
    reload()
    sent.value += 1
  }
  const isActive = loaded.value?.status === 'active'
  return (
    <ItemPage
      of={loaded}
      list="Webhooks"
      what="webhook"
      titleOf={({ url }) => url}
      actions={() =>
        rights.may('webhooks:write') && (
          <>
            {isActive && (
              <button type="button" class="button quiet" onClick={() => (open.value = 'test')}>
                Send a test
              </button>
            )}
            <button type="button" class="button quiet" onClick={() => (open.value = 'edit')}>
              Change
            </button>
            <button type="button" class="button quiet" onClick={() => (open.value = 'rotate')}>
              Replace secret
            </button>
            <button type="button" class="button quiet" onClick={() => (open.value = 'status')}>
              {isActive ? 'Disable' : 'Enable'}
            </button>
            <button type="button" class="button quiet" data-tone="bad" onClick={() => (open.value = 'delete')}>
              Delete
            </button>
          </>
        )
      }
    >
      {(webhook) => (
        <>
          <section class="card">
            <Details
              items={[
                ['Id', <Code text={webhook.id} />],
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
                webhook.previousSecretUntil !== null && [
                  'Earlier secret',
                  <>
                    signs too, and ends <When at={webhook.previousSecretUntil} />
                  </>,
                ],
                ['Created', <When at={webhook.createdAt} />],
              ]}
            />
          </section>
          {rights.may('audit:read') && (
            <Deliveries
              key={sent.value}
              webhook={webhook}
              mayWrite={rights.may('webhooks:write')}
              onReplayRange={() => (open.value = 'replay')}
            />
          )}
          {shown === 'edit' && (
            <WebhookEditor
              orgId={orgId}
              webhook={webhook}
              etag={loaded.etag}
              onDone={reload}
              onStale={reload}
              onClose={close}
            />
          )}
          {shown === 'rotate' && (
            <RotateSecret
              path={path}
              onDone={(made) => {
                open.value = made
                reload()
              }}
              onStale={reload}
              onClose={close}
            />
          )}
          {typeof shown === 'object' && <ShowSecret url={shown.url} secret={shown.secret} onClose={close} />}
          {shown === 'replay' && <ReplayRange path={path} onDone={reloadAll} onStale={reload} onClose={close} />}
          {shown === 'test' && (
            <ActDialog
              title="Send a test event?"
              call={{ method: 'POST', path: `${path}/test` }}
              submit="Send test"
              done="The test is sent. The list of deliveries shows what came of it."
              onDone={reloadAll}
              onStale={reload}
              onClose={close}
            >
              <p>
                The endpoint gets an event of the type <code>webhook.test</code>, with a signature.
              </p>
            </ActDialog>
          )}
          {shown === 'status' && (
            <ActDialog
              title={isActive ? 'Disable the webhook?' : 'Enable the webhook?'}
              call={{ method: 'PATCH', path, body: { status: isActive ? 'disabled' : 'active' } }}
              ifMatch={loaded.etag}
              submit={isActive ? 'Disable' : 'Enable'}
              tone={isActive ? 'bad' : 'plain'}
              done={isActive ? 'The webhook is disabled.' : 'The webhook is enabled.'}
              onDone={reload}
              onStale={reload}
              onClose={close}
            >
              <p>
                {isActive
                  ? 'Nothing is sent to it. Events of this time are sent later only if you ask for them.'
                  : 'Deliveries that wait are sent now, and events from now on.'}
              </p>
            </ActDialog>
          )}
          {shown === 'delete' && (
            <ActDialog
              title="Delete the webhook?"
              call={{ method: 'DELETE', path }}
              submit="Delete webhook"
              tone="bad"
              typed={new URL(webhook.url).host}
              done="The webhook is deleted."
              onDone={() => navigate(pathname.value)}
              onStale={reload}
              onClose={close}
            >
              <p>Its deliveries are deleted with it, also those that were not sent yet.</p>
            </ActDialog>
          )}
        </>
      )}
    </ItemPage>
  )
}
