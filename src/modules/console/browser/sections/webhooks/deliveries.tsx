/** @jsxImportSource preact */
/** What was sent to a webhook in the last 14 days, and one delivery. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Code, Details, When } from '../../../../../browser/detail.tsx'
import { ReadDialog } from '../../../../../browser/dialog.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import { Scroll } from '../../../../../browser/scroll.tsx'
import { FilterSelect } from '../../../../../browser/search-box.tsx'
import { usePages } from '../../lists.ts'
import { Loading, RowAct, Rows } from '../../rows.tsx'
import { DELIVERY_TONES, type Delivery, type DeliveryDetail, type Webhook, webhookPath } from './webhook.ts'

interface DeliveriesProps {
  webhook: Webhook
  mayWrite: boolean
  onReplayRange: () => void
}

export function Deliveries({ webhook, mayWrite, onReplayRange }: DeliveriesProps) {
  const path = `${webhookPath(webhook.id)}/deliveries`
  const state = queryValue('state')
  const deliveries = usePages<Delivery>(path, { state: state || undefined })
  const open = useSignal<{ act: 'read' | 'replay'; delivery: Delivery } | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const mayReplay = mayWrite && webhook.status === 'active'
  return (
    <>
      <h3>Deliveries</h3>
      <div class="toolbar">
        <FilterSelect
          label="State"
          value={state}
          options={[
            ['', 'Any state'],
            ['pending', 'Pending'],
            ['delivered', 'Delivered'],
            ['failed', 'Failed'],
          ]}
          onValue={(value) => setQuery({ state: value })}
        />
        <button type="button" class="button quiet" onClick={deliveries.reload}>
          Refresh
        </button>
        {mayReplay && (
          <button type="button" class="button quiet" onClick={onReplayRange}>
            Send a time again
          </button>
        )}
      </div>
      <Rows
        label="Deliveries"
        of={deliveries}
        columns={['Event', 'State', 'Attempts', 'When']}
        rowKey={({ id }) => id}
        empty="Nothing was sent in the last 14 days."
        cells={({ eventType, cause, state, attempts, createdAt }) => [
          <>
            <code>{eventType}</code> {cause !== 'event' && <Badge>{cause}</Badge>}
          </>,
          <Badge tone={DELIVERY_TONES[state]}>{state}</Badge>,
          String(attempts),
          <When at={createdAt} />,
        ]}
        acts={(delivery) => (
          <>
            <RowAct name={delivery.eventType} onPress={() => (open.value = { act: 'read', delivery })}>
              Show
            </RowAct>
            {mayReplay && (
              <RowAct name={delivery.eventType} onPress={() => (open.value = { act: 'replay', delivery })}>
                Send again
              </RowAct>
            )}
          </>
        )}
      />
      {shown?.act === 'read' && <ShowDelivery path={`${path}/${shown.delivery.id}`} onClose={close} />}
      {shown?.act === 'replay' && (
        <ActDialog
          title="Send this delivery again?"
          call={{ method: 'POST', path: `${path}/${shown.delivery.id}/replay` }}
          submit="Send again"
          done="It is sent again."
          onDone={deliveries.reload}
          onStale={deliveries.reload}
          onClose={close}
        >
          <p>
            The endpoint gets the same bytes with the same <code>webhook-id</code>, so it can tell that it has them.
          </p>
        </ActDialog>
      )}
    </>
  )
}

function ShowDelivery({ path, onClose }: { path: string; onClose: () => void }) {
  const { value: delivery, problem } = useLoaded<DeliveryDetail>(path)
  return (
    <ReadDialog title="Delivery" onClose={onClose}>
      {delivery === undefined ? (
        problem === undefined ? (
          <Loading />
        ) : (
          <Failure problem={problem} />
        )
      ) : (
        <>
          <Details
            items={[
              ['Delivery', <Code text={delivery.id} />],
              ['webhook-id', <Code text={delivery.eventId} />],
              ['State', <Badge tone={DELIVERY_TONES[delivery.state]}>{delivery.state}</Badge>],
              ['Subject', delivery.subject],
              delivery.nextAttemptAt !== null && ['Next attempt', <When at={delivery.nextAttemptAt} />],
              ['Ended', <When at={delivery.finishedAt} />],
            ]}
          />
          {delivery.tries.length > 0 && (
            <Rows
              label="Attempts"
              of={{ items: delivery.tries, problem: undefined, loading: false }}
              columns={['When', 'Answer', 'Took']}
              rowKey={({ at }) => at}
              empty=""
              cells={({ at, status, error, tookMs }) => [
                <When at={at} />,
                status === null ? (error ?? 'no answer') : String(status),
                `${tookMs} ms`,
              ]}
            />
          )}
          <h3>What was sent</h3>
          {delivery.body === null ? (
            <p class="soft">Nothing was sent yet.</p>
          ) : (
            <Scroll label="What was sent">{delivery.body}</Scroll>
          )}
          {delivery.answer !== null && delivery.answer !== '' && (
            <>
              <h3>The begin of the answer</h3>
              <Scroll label="The begin of the answer">{delivery.answer}</Scroll>
            </>
          )}
        </>
      )}
    </ReadDialog>
  )
}
