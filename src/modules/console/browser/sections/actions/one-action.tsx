/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog, useAct } from '../../../../../browser/act.tsx'
import { Badge, Code, Details, Json, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { navigate, pathname } from '../../../../../browser/navigation.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import { ItemPage } from '../../item.tsx'
import { can } from '../../viewer.ts'
import { RotateSecret } from '../webhooks/rotate-secret.tsx'
import { ShowSecret } from '../webhooks/show-secret.tsx'
import { type Action, TRIGGERS } from './action.ts'
import { ActionEditor } from './editor.tsx'

interface Tested {
  outcome: 'allow' | 'deny' | 'failed'
  reason?: string
  claims?: Record<string, unknown>
  status?: number
  tookMs: number
}

export function OneAction({ id }: { id: string }) {
  const path = `/v1/actions/${encodeURIComponent(id)}`
  const loaded = useLoaded<Action>(path)
  const open = useSignal<'edit' | 'rotate' | 'delete' | { url: string; secret: string } | undefined>(undefined)
  const tested = useSignal<Tested | undefined>(undefined)
  const test = useAct()
  const shown = open.value
  const close = () => (open.value = undefined)
  const reload = () => void loaded.reload()
  const press = async () => {
    tested.value = undefined
    const answer = await test.run<Tested>({ method: 'POST', path: `${path}/test` })
    if (answer?.ok) tested.value = answer.body
  }
  return (
    <ItemPage
      of={loaded}
      list="Actions"
      what="action"
      titleOf={({ url }) => url}
      actions={() =>
        can('actions:write') && (
          <>
            <button type="button" class="button quiet" disabled={test.busy} onClick={press}>
              Test
            </button>
            <button type="button" class="button quiet" onClick={() => (open.value = 'edit')}>
              Change
            </button>
            <button type="button" class="button quiet" onClick={() => (open.value = 'rotate')}>
              Replace secret
            </button>
            <button type="button" class="button quiet" data-tone="bad" onClick={() => (open.value = 'delete')}>
              Delete
            </button>
          </>
        )
      }
    >
      {(action) => (
        <>
          <section class="card">
            <Details
              items={[
                ['Id', <Code text={action.id} />],
                ['Name', action.name],
                ['When', TRIGGERS[action.trigger]],
                [
                  'State',
                  <Badge tone={action.enabled ? 'good' : 'plain'}>{action.enabled ? 'decides' : 'disabled'}</Badge>,
                ],
                ['If it does not answer', `${action.onFailure}, after ${action.timeoutMs} ms`],
                action.previousSecretUntil !== undefined && [
                  'Earlier secret',
                  <>
                    signs too, and ends <When at={action.previousSecretUntil} />
                  </>,
                ],
                ['Created', <When at={action.createdAt} />],
              ]}
            />
          </section>
          <Failure problem={test.problem} />
          <div role="status">{tested.value && <Outcome of={tested.value} />}</div>
          {shown === 'edit' && (
            <ActionEditor action={action} etag={loaded.etag} onDone={reload} onStale={reload} onClose={close} />
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
          {shown === 'delete' && (
            <ActDialog
              title="Delete the action?"
              call={{ method: 'DELETE', path }}
              submit="Delete action"
              tone="bad"
              done="The action is deleted."
              onDone={() => navigate(pathname.value)}
              onStale={reload}
              onClose={close}
            >
              <p>From the next request on, it is not asked. What it would have denied is allowed.</p>
            </ActDialog>
          )}
        </>
      )}
    </ItemPage>
  )
}

const WORDS = { allow: 'It allowed the test.', deny: 'It denied the test.', failed: 'It made no decision.' } as const

const Outcome = ({ of: { outcome, reason, claims, status, tookMs } }: { of: Tested }) => (
  <section class="card">
    <p>
      <strong>{WORDS[outcome]}</strong> {reason !== undefined && <bdi>{reason}</bdi>}
    </p>
    <p class="soft">
      {status === undefined ? 'No answer' : `HTTP ${status}`}, {tookMs} ms
    </p>
    {claims !== undefined && Object.keys(claims).length > 0 && <Json label="Claims" value={claims} />}
  </section>
)
