/** @jsxImportSource preact */
/**
 * A form of what is saved, with its command and its button. It is sent with the version that the person saw, so it never
 * overwrites what another person saved meanwhile.
 *
 *     <SavedForm loaded={loaded} call={sent} legend="Settings" mayWrite={mayWrite} submit="Save settings" done="They are saved.">
 *       {(problem) => <TextField {...fields.text('name')} label="Name" problem={problem} />}
 *     </SavedForm>
 */
import type { ComponentChildren } from 'preact'
import { useAct } from '../../../browser/act.tsx'
import type { Problem, Sent } from '../../../browser/api.ts'
import { AsCommand } from '../../../browser/as-command.tsx'
import type { Loaded } from '../../../browser/loaded.ts'
import { Failure } from '../../../browser/notice.tsx'
import { toast } from '../../../browser/toast.tsx'

interface SavedFormProps<T> {
  loaded: Loaded<T>
  call: Sent
  /** What the command shows instead of `call.body`. */
  shownBody?: unknown
  /** The name of the form. */
  label?: string
  /** The name of its fields. */
  legend: string
  /** Above the fields. */
  intro?: ComponentChildren
  mayWrite: boolean
  /** Instead of the button, for who may only read. */
  readOnly?: ComponentChildren
  submit: string
  /** Whether there is something to save that can be sent. */
  ready: boolean
  /** Said when it is saved. */
  done: string
  /** Before anything is sent: false sends nothing. */
  check?: () => boolean
  children: (problem: Problem | undefined) => ComponentChildren
}

export function SavedForm<T>({ loaded, call, ready, done, check, mayWrite, ...props }: SavedFormProps<T>) {
  const act = useAct()
  const { problem } = act
  const save = async (event: Event) => {
    event.preventDefault()
    if (check?.() === false) return
    const answer = await act.run<T>(call, loaded.etag === undefined ? {} : { ifMatch: loaded.etag })
    if (!answer?.ok) return
    toast(done)
    loaded.keep(answer.body, answer.etag)
  }
  return (
    <form class="card" aria-label={props.label} onSubmit={save} aria-busy={act.busy}>
      {props.intro}
      <fieldset disabled={!mayWrite}>
        <legend class="hidden">{props.legend}</legend>
        {props.children(problem)}
      </fieldset>
      <Failure problem={problem} />
      {problem?.status === 412 && (
        <button type="button" class="button quiet" onClick={() => void loaded.reload()}>
          Show what is saved now
        </button>
      )}
      {mayWrite ? (
        <>
          <AsCommand call={props.shownBody === undefined ? call : { ...call, body: props.shownBody }} />
          <div class="buttons">
            <button type="submit" class="button" disabled={act.busy || !ready}>
              {props.submit}
            </button>
          </div>
        </>
      ) : (
        props.readOnly
      )}
    </form>
  )
}
