/** @jsxImportSource preact */
/**
 * An act on the API: a dialog that says what will happen, the fields it needs, and the same as a command.
 *
 *     <ActDialog title="Disable the user?" call={{ method: 'POST', path }} cli={['users', 'disable', email]} submit="Disable"
 *       tone="bad" typed={email} done="The user is disabled." onDone={reload} onClose={close}>
 *       <p>Every session ends at once.</p>
 *     </ActDialog>
 *
 * `typed` asks the person to type this text first, for what cannot be undone. Children may be a function of the problem, for
 * fields that show their faults. With `useAct` a page does the same in a form of its own.
 */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, RefObject } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { type Answer, type CallOptions, call as send, type Problem, type Sent } from './api.ts'
import { AsCommand } from './as-command.tsx'
import { Dialog } from './dialog.tsx'
import { Failure } from './notice.tsx'
import { toast } from './toast.tsx'

export interface Act {
  busy: boolean
  problem: Problem | undefined
  /** Sends it once: a second press while the first is on its way does nothing. */
  run<T = unknown>(sent: Sent, options?: Pick<CallOptions, 'ifMatch'>): Promise<Answer<T> | undefined>
  forget(): void
}

export function useAct(): Act {
  const busy = useSignal(false)
  const problem = useSignal<Problem | undefined>(undefined)
  const key = useRef({ of: '', value: '' })
  return {
    busy: busy.value,
    problem: problem.value,
    forget: () => {
      problem.value = undefined
    },
    async run<T>(sent: Sent, { ifMatch }: Pick<CallOptions, 'ifMatch'> = {}) {
      if (busy.peek()) return undefined
      busy.value = true
      // The same request again, after an answer that got lost, takes effect once: docs/idempotency.md.
      const of = JSON.stringify(sent)
      if (key.current.of !== of) key.current = { of, value: randomKey() }
      const options = {
        ...(sent.method === 'POST' && { idempotencyKey: key.current.value }),
        ...(ifMatch !== undefined && { ifMatch }),
      }
      const answer = await send<T>(sent.method, sent.path, sent.body, options)
      busy.value = false
      problem.value = answer.ok ? undefined : answer.problem
      // A refusal is no outcome to repeat: the next try is a request of its own.
      if (answer.ok || answer.problem.status !== 0) key.current = { of: '', value: '' }
      return answer
    },
  }
}

/**
 * The first field that the server refused takes the focus: its fault is read with it. At once, not after the next paint: by then the
 * person may be typing in another field.
 */
export function useFocusOnRefused(form: RefObject<HTMLFormElement | null>, problem: Problem | undefined): void {
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [problem])
}

/** `crypto.randomUUID` is absent on a page without TLS. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export interface ActDialogProps<T> {
  title: string
  call: Sent
  /** What the command shows instead of `call.body`, if that has a secret. */
  shownBody?: unknown
  cli?: readonly string[] | null | undefined
  /** The version that the person saw: a change that another person made meanwhile is not overwritten. */
  ifMatch?: string | undefined
  submit: string
  tone?: 'plain' | 'bad'
  typed?: string
  /** Said when it is done. */
  done?: string
  onDone?: (body: T) => void
  /** Called when the API answers that the item is gone or has changed (404, 409, 412): what the page shows is out of date. */
  onStale?: () => void
  onClose: () => void
  /** Before anything is sent: false keeps the dialog as it is. */
  check?: () => boolean
  children?: ComponentChildren | ((problem: Problem | undefined) => ComponentChildren)
}

export function ActDialog<T = unknown>(props: ActDialogProps<T>) {
  const {
    title,
    call,
    cli,
    ifMatch,
    submit,
    tone = 'plain',
    typed,
    done,
    onDone,
    onStale,
    onClose,
    check,
    children,
  } = props
  const act = useAct()
  const written = useSignal('')
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  useFocusOnRefused(form, act.problem)
  const ready = typed === undefined || written.value.trim() === typed
  const press = async (event: Event) => {
    event.preventDefault()
    if (!ready || check?.() === false) return
    const answer = await act.run<T>(call, ifMatch === undefined ? {} : { ifMatch })
    if (answer && !answer.ok && [404, 409, 412].includes(answer.problem.status)) onStale?.()
    if (!answer?.ok) return
    if (done !== undefined) toast(done)
    onClose()
    onDone?.(answer.body)
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form ref={form} onSubmit={press} aria-busy={act.busy}>
        {typeof children === 'function' ? children(act.problem) : children}
        {typed !== undefined && (
          <div class="field">
            <label for={id}>
              Type <code>{typed}</code> to go on
            </label>
            <input
              id={id}
              autocomplete="off"
              spellcheck={false}
              value={written.value}
              onInput={({ currentTarget }) => {
                written.value = currentTarget.value
              }}
            />
          </div>
        )}
        <Failure problem={act.problem} />
        <AsCommand call={props.shownBody === undefined ? call : { ...call, body: props.shownBody }} cli={cli} />
        <div class="buttons">
          <button type="button" class="button quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button" data-tone={tone} disabled={act.busy || !ready}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
