/** @jsxImportSource preact */
/** How far an act on many users is. It asks each second until the act ends. */
import { useEffect } from 'preact/hooks'
import { useAct } from '../../../../../browser/act.tsx'
import { call } from '../../../../../browser/api.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import type { BulkAction } from './bulk.tsx'

const EACH_MS = 1_000
const isOver = ({ state }: BulkAction): boolean => state !== 'pending' && state !== 'running'

export function BulkProgress({
  of: action,
  onChange,
  onEnd,
}: {
  of: BulkAction
  onChange: (action: BulkAction | undefined) => void
  onEnd: () => void
}) {
  const cancel = useAct()
  const path = `/v1/bulk-actions/${action.id}`
  useEffect(() => {
    if (isOver(action)) return
    const timer = setTimeout(async () => {
      const answer = await call<BulkAction>('GET', path)
      onChange(answer.ok ? answer.body : { ...action })
      if (answer.ok && isOver(answer.body)) onEnd()
    }, EACH_MS)
    return () => clearTimeout(timer)
  }, [action])
  const { total, done, changed, skipped, failed, state } = action
  return (
    <div class="card progress">
      <p role="status">
        <strong>{action.action.replaceAll('_', ' ')}</strong>: {state}. {done.toLocaleString('en')}
        {total !== null && ` of ${total.toLocaleString('en')}`} users, {changed.toLocaleString('en')} changed,{' '}
        {skipped.toLocaleString('en')} left out, {failed.toLocaleString('en')} failed.
      </p>
      {total !== null && <progress max={Math.max(total, 1)} value={done} aria-label="Progress" />}
      <Failure problem={cancel.problem} />
      <div class="buttons">
        {isOver(action) ? (
          <button type="button" class="button quiet small" onClick={() => onChange(undefined)}>
            Close
          </button>
        ) : (
          <button
            type="button"
            class="button quiet small"
            disabled={cancel.busy}
            onClick={() => void cancel.run({ method: 'POST', path: `${path}/cancel` })}
          >
            Stop
          </button>
        )}
      </div>
    </div>
  )
}
