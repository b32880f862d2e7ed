/** @jsxImportSource preact */
/** Webhooks or actions, and the dialog that makes one and shows its secret. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { itemHref } from '../../item.tsx'
import type { Reloadable } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import type { Hook, HookEditor, MadeHook } from './hook.ts'
import { ShowSecret } from './show-secret.tsx'

interface HookListProps<T> {
  label: string
  /** What one is: `webhook`. */
  noun: string
  of: Reloadable<T>
  /** After the URL. */
  columns: readonly string[]
  cells: (hook: T) => readonly ComponentChildren[]
  empty: string
  mayWrite: boolean
  editor: HookEditor<T>
}

export function HookList<T extends Hook>(props: HookListProps<T>) {
  const { label, noun, of, columns, cells, empty, mayWrite, editor } = props
  const open = useSignal<'new' | MadeHook | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  return (
    <>
      {mayWrite && (
        <div class="toolbar">
          <button type="button" class="button" onClick={() => (open.value = 'new')}>
            New {noun}
          </button>
        </div>
      )}
      <Rows
        label={label}
        of={of}
        columns={['URL', ...columns]}
        rowKey={({ id }) => id}
        empty={empty}
        cells={(hook) => [
          <>
            <a href={itemHref(hook.id)}>
              <bdi>{hook.url}</bdi>
            </a>
            {hook.name !== '' && (
              <div class="soft">
                <bdi>{hook.name}</bdi>
              </div>
            )}
          </>,
          ...cells(hook),
        ]}
      />
      {shown === 'new' &&
        editor({
          of: undefined,
          etag: undefined,
          onDone: (made) => {
            open.value = made
            of.reload()
          },
          onClose: close,
        })}
      {typeof shown === 'object' && <ShowSecret {...shown} onClose={close} />}
    </>
  )
}
