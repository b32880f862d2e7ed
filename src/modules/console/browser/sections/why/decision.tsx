/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, type Problem, type Sent } from '../../../../../browser/api.ts'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Code } from '../../../../../browser/detail.tsx'
import { Failure } from '../../../../../browser/notice.tsx'
import { Loading } from '../../rows.tsx'
import { Answer } from './answer.tsx'
import type { Explanation } from './sentences.ts'

/** A refusal that carried this decisionId. */
export function OneDecision({ id }: { id: string }) {
  const found = useSignal<Explanation | undefined>(undefined)
  const problem = useSignal<Problem | undefined>(undefined)
  const sent: Sent = { method: 'POST', path: '/v1/authz/explain', body: { decisionId: id } }
  useEffect(() => {
    void call<Explanation>(sent.method, sent.path, sent.body).then((answer) => {
      if (answer.ok) found.value = answer.body
      else problem.value = answer.problem
    })
  }, [id])
  return (
    <section class="card">
      <p>
        Decision <Code text={id} />
      </p>
      {found.value === undefined && problem.value === undefined && <Loading />}
      <Failure problem={problem.value} />
      {problem.value?.code === 'decision.not_found' && (
        <p class="soft">
          A decision is kept for a day. Who was refused can read it, and who has the permission authz:explain.
        </p>
      )}
      {found.value && <Answer explanation={found.value} />}
      <AsCommand call={sent} />
    </section>
  )
}
