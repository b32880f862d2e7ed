/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Waiting } from '../../../../../browser/waiting.tsx'
import type { ActiveSession } from '../../../../sessions/schema.ts'
import { can } from '../../viewer.ts'
import { userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

export function Sessions({ user }: TabProps) {
  const loaded = useLoaded<{ items: readonly ActiveSession[] }>(userPath(user.id, '/sessions'))
  const ending = useSignal<ActiveSession | 'all' | undefined>(undefined)
  const close = () => {
    ending.value = undefined
  }
  if (loaded.value === undefined) return <Waiting of={loaded} />
  const { items } = loaded.value
  const mayEnd = can('users:write')
  return (
    <>
      {items.length === 0 ? (
        <div class="card empty">
          <p>The user is signed in nowhere.</p>
        </div>
      ) : (
        <ul class="card items">
          {items.map((session) => (
            <li key={session.id}>
              <div>
                <strong>{session.device}</strong> {session.current && <Badge tone="brand">this one</Badge>}
                <p class="soft">
                  {session.address ?? 'unknown address'} · {session.kind === 'cookie' ? 'browser' : 'app'} · last seen{' '}
                  <When at={session.lastSeenAt} /> · ends <When at={session.expiresAt} />
                </p>
              </div>
              {mayEnd && (
                <button
                  type="button"
                  class="button quiet small"
                  aria-label={`End the session on ${session.device}`}
                  onClick={() => {
                    ending.value = session
                  }}
                >
                  End
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayEnd && items.length > 0 && (
        <div class="buttons">
          <button
            type="button"
            class="button quiet"
            data-tone="bad"
            onClick={() => {
              ending.value = 'all'
            }}
          >
            End all sessions
          </button>
        </div>
      )}
      {ending.value && (
        <ActDialog
          title={ending.value === 'all' ? 'End all sessions?' : 'End this session?'}
          call={{
            method: 'DELETE',
            path: userPath(user.id, ending.value === 'all' ? '/sessions' : `/sessions/${ending.value.id}`),
          }}
          // No command ends one session.
          cli={ending.value === 'all' ? ['users', 'bulk', 'end_sessions', `--ids=${user.id}`] : undefined}
          submit={ending.value === 'all' ? 'End all' : 'End it'}
          tone="bad"
          done={ending.value === 'all' ? 'Every session has ended.' : 'The session has ended.'}
          onDone={() => void loaded.reload()}
          onStale={() => void loaded.reload()}
          onClose={close}
        >
          <p>
            {ending.value === 'all'
              ? `${user.email} is signed out everywhere, with the next request.`
              : `${ending.value.device} is signed out with its next request.`}
          </p>
        </ActDialog>
      )}
    </>
  )
}
