/** @jsxImportSource preact */
/** One webhook or action: its details, and the dialogs that change it, replace its secret and delete it. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Code, Details, When } from '../../../../../browser/detail.tsx'
import type { Loaded } from '../../../../../browser/loaded.ts'
import { navigate, pathname } from '../../../../../browser/navigation.ts'
import { ItemPage } from '../../item.tsx'
import type { Hook, HookEditor, MadeHook } from './hook.ts'
import { RotateSecret } from './rotate-secret.tsx'
import { ShowSecret } from './show-secret.tsx'

interface OneHookProps<T> {
  of: Loaded<T>
  path: string
  /** The name of the list, to lead back. */
  list: string
  /** What it is: `webhook`. */
  noun: string
  mayWrite: boolean
  editor: HookEditor<T>
  /** Before the buttons that both have. */
  acts: (hook: T) => ComponentChildren
  details: (hook: T) => readonly (readonly [string, ComponentChildren] | false)[]
  /** To type before it is deleted. Absent: nothing. */
  typed?: (hook: T) => string
  whenDeleted: string
  children: (hook: T) => ComponentChildren
}

export function OneHook<T extends Hook>(props: OneHookProps<T>) {
  const { of, path, list, noun, mayWrite, editor, acts, details, typed, whenDeleted, children } = props
  const open = useSignal<'edit' | 'rotate' | 'delete' | MadeHook | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const reload = () => void of.reload()
  return (
    <ItemPage
      of={of}
      list={list}
      what={noun}
      titleOf={({ url }) => url}
      actions={(hook) =>
        mayWrite && (
          <>
            {acts(hook)}
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
      {(hook) => (
        <>
          <section class="card">
            <Details
              items={[
                ['Id', <Code text={hook.id} />],
                ...details(hook),
                Boolean(hook.previousSecretUntil) && [
                  'Earlier secret',
                  <>
                    signs too, and ends <When at={hook.previousSecretUntil} />
                  </>,
                ],
                ['Created', <When at={hook.createdAt} />],
              ]}
            />
          </section>
          {children(hook)}
          {shown === 'edit' && editor({ of: hook, etag: of.etag, onDone: reload, onStale: reload, onClose: close })}
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
          {typeof shown === 'object' && <ShowSecret {...shown} onClose={close} />}
          {shown === 'delete' && (
            <ActDialog
              title={`Delete the ${noun}?`}
              call={{ method: 'DELETE', path }}
              submit={`Delete ${noun}`}
              tone="bad"
              {...(typed && { typed: typed(hook) })}
              done={`The ${noun} is deleted.`}
              onDone={() => navigate(pathname.value)}
              onStale={reload}
              onClose={close}
            >
              <p>{whenDeleted}</p>
            </ActDialog>
          )}
        </>
      )}
    </ItemPage>
  )
}
