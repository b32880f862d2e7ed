/** @jsxImportSource preact */
/** Follows the log while the page is open: new events appear at the top, once each. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { send } from '../../../../../browser/api.ts'
import type { List } from '../../../../../browser/list.ts'
import type { AuditEvent } from '../../../../audit-events/schema.ts'
import { withNews } from './news.ts'
import { createTail, type Tail, type TailPage, type TailState } from './tail.ts'

interface LiveTailProps {
  list: List<AuditEvent>
  /** The filters of the page. The tail of other filters is another component (`key`). */
  query: Record<string, string>
  onAdded: (ids: readonly string[]) => void
}

export function LiveTail({ list, query, onAdded }: LiveTailProps) {
  const state = useSignal<TailState>('paused')
  const nextInMs = useSignal<number | undefined>(undefined)
  const count = useSignal(0)
  const tail = useRef<Tail | undefined>(undefined)

  const start = () => {
    tail.current?.stop()
    tail.current = createTail(list.items.peek(), {
      read: (since, cursor) => readPage(query, since, cursor),
      found(events) {
        count.value += events.length
        onAdded(events.map(({ id }) => id))
        list.change(withNews(events))
      },
      changed(next, ms) {
        state.value = next
        nextInMs.value = ms
      },
      after(ms, work) {
        const timer = setTimeout(work, ms)
        return () => clearTimeout(timer)
      },
    })
    tail.current.start()
  }

  useEffect(() => {
    const look = () => (document.visibilityState === 'visible' ? tail.current?.wake() : tail.current?.hide())
    const wake = () => tail.current?.wake()
    document.addEventListener('visibilitychange', look)
    addEventListener('online', wake)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('online', wake)
      tail.current?.stop()
    }
  }, [])

  const isOn = state.value !== 'paused'
  // News is what is newer than the first page, so that page must be in memory.
  const mayStart = list.ready.value && list.before.value === 0
  // A log that ends in the past has no news.
  if (query.until !== undefined) return null
  return (
    <div class="tail" data-state={state.value}>
      <button
        type="button"
        class="button quiet small"
        aria-pressed={isOn}
        disabled={!isOn && !mayStart}
        onClick={() => (isOn ? tail.current?.pause() : start())}
      >
        {isOn ? 'Pause' : 'Follow live'}
      </button>
      <span role="status" class="soft">
        {said(state.value, nextInMs.value, count.value)}
      </span>
    </div>
  )
}

function said(state: TailState, nextInMs: number | undefined, count: number): string {
  const news = count === 0 ? '' : count === 1 ? '1 new event.' : `${count} new events.`
  switch (state) {
    case 'paused':
      return news === '' ? '' : `Paused. ${news}`
    case 'hidden':
      return 'Waits until you come back.'
    case 'offline':
      return `The server does not answer. The next try is in ${Math.round((nextInMs ?? 0) / 1000)} s.`
    case 'following':
      return news === '' ? 'Waiting for new events …' : news
  }
}

async function readPage(
  query: Record<string, string>,
  since: string | undefined,
  cursor: string | null,
): Promise<TailPage | undefined> {
  const asked = new URLSearchParams({ ...query, limit: '100' })
  if (since !== undefined && !(query.since !== undefined && query.since > since)) asked.set('since', since)
  if (cursor !== null) asked.set('cursor', cursor)
  const answer = await send<TailPage>({ method: 'GET', path: `/v1/audit-events?${asked}` })
  return answer.ok ? answer.body : undefined
}
