/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { useAct } from '../../../../../browser/act.tsx'
import { Badge, Json } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import { can } from '../../viewer.ts'
import { OneHook } from '../hooks/one-hook.tsx'
import { type Action, TRIGGERS } from './action.ts'
import { ActionEditor } from './editor.tsx'

interface Tested {
  outcome: 'allow' | 'deny' | 'failed'
  reason?: string
  claims?: Record<string, unknown>
  idTokenClaims?: Record<string, unknown>
  status?: number
  tookMs: number
}

export function OneAction({ id }: { id: string }) {
  const path = `/v1/actions/${encodeURIComponent(id)}`
  const tested = useSignal<Tested | undefined>(undefined)
  const test = useAct()
  const press = async () => {
    tested.value = undefined
    const answer = await test.run<Tested>({ method: 'POST', path: `${path}/test` })
    if (answer?.ok) tested.value = answer.body
  }
  return (
    <OneHook
      of={useLoaded<Action>(path)}
      path={path}
      list="Actions"
      noun="action"
      mayWrite={can('actions:write')}
      editor={(props) => <ActionEditor {...props} />}
      acts={() => (
        <button type="button" class="button quiet" disabled={test.busy} onClick={press}>
          Test
        </button>
      )}
      details={({ name, trigger, enabled, onFailure, timeoutMs }) => [
        ['Name', name],
        ['When', TRIGGERS[trigger]],
        ['State', <Badge tone={enabled ? 'good' : 'plain'}>{enabled ? 'decides' : 'disabled'}</Badge>],
        ['If it does not answer', `${onFailure}, after ${timeoutMs} ms`],
      ]}
      whenDeleted="From the next request on, it is not asked. What it would have denied is allowed."
    >
      {() => (
        <>
          <Failure problem={test.problem} />
          <div role="status">{tested.value && <Outcome of={tested.value} />}</div>
        </>
      )}
    </OneHook>
  )
}

const WORDS = { allow: 'It allowed the test.', deny: 'It denied the test.', failed: 'It made no decision.' } as const

const Outcome = ({ of: { outcome, reason, claims, idTokenClaims, status, tookMs } }: { of: Tested }) => (
  <section class="card">
    <p>
      <strong>{WORDS[outcome]}</strong> {reason !== undefined && <bdi>{reason}</bdi>}
    </p>
    <p class="soft">
      {status === undefined ? 'No answer' : `HTTP ${status}`}, {tookMs} ms
    </p>
    <Claims label="In access tokens" of={claims} />
    <Claims label="In ID tokens" of={idTokenClaims} />
  </section>
)

const Claims = ({ label, of: claims = {} }: { label: string; of: Record<string, unknown> | undefined }) =>
  Object.keys(claims).length > 0 && (
    <>
      <p class="soft">{label}</p>
      <Json label={label} value={claims} />
    </>
  )
