/** @jsxImportSource preact */
/** What the sections are made of. */
import { signal, useSignal } from '@preact/signals'
import type { ComponentChildren, InputHTMLAttributes, RefObject } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Problem } from '../../../browser/api.ts'
import { Dialog } from '../../../browser/dialog.tsx'
import { Failure } from '../../../browser/notice.tsx'
import { type Act, useAct } from './act.ts'
import { announce } from './announce.ts'
import type { Listed } from './lists.ts'
import { isGone, markRefused, sentence } from './problems.ts'
import { say } from './texts.ts'

/** A part of a section. Its heading has the id, so that a link leads to it, and takes the focus when something of it is gone. */
export function Card({
  id,
  title,
  text,
  action,
  children,
}: {
  id: string
  title: string
  text?: string
  /** On the line of the heading. */
  action?: ComponentChildren
  children?: ComponentChildren
}) {
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <div>
          <h2 id={id} tabIndex={-1}>
            {title}
          </h2>
          {text !== undefined && <p class="soft">{text}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}

/** When what had the focus is gone. Later: a dialog that is open keeps the focus until it is removed. */
export const focusOn = (id: string): void => {
  setTimeout(() => document.getElementById(id)?.focus())
}

export interface ButtonProps {
  /** What it says. */
  children: string
  onPress?: () => void
  tone?: 'primary' | 'quiet' | 'bad'
  /** The name of what it is about, for a screen reader, where the text alone does not tell. */
  about?: string
  busy?: boolean
  submit?: boolean
  /** Whether it opens what follows it. */
  expanded?: boolean
  hook?: RefObject<HTMLButtonElement | null>
}

/** It keeps the focus while it is busy: a disabled one would lose it. */
export const Button = ({ children, onPress, tone = 'quiet', about, busy, submit, expanded, hook }: ButtonProps) => (
  <button
    ref={hook ?? null}
    type={submit ? 'submit' : 'button'}
    class={`button small ${tone}`}
    // What is seen is part of the name, so that it can be said to the browser (WCAG 2.5.3).
    aria-label={about === undefined ? undefined : say('about', { act: children, name: about })}
    aria-busy={busy || undefined}
    aria-expanded={expanded}
    onClick={onPress}
  >
    {children}
  </button>
)

/** A failure, in the language of the page. */
export const Trouble = ({ problem }: { problem: Problem | undefined }) => <Failure problem={problem} say={sentence} />

type Input = Omit<InputHTMLAttributes<HTMLInputElement>, 'label' | 'type' | 'id'> & {
  type?: 'text' | 'email' | 'password'
}

/** A field with its label. The form reads it by its name. */
export function Field({ label, hint, type = 'text', focus = false, ...input }: Input & FieldWords) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (focus) field.current?.focus()
  }, [focus])
  const described = hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }
  // The attributes are those of an input; `type` has chosen which.
  const attributes = { ...input, ...described, id, type } as InputHTMLAttributes<HTMLInputElement>
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input ref={field} {...attributes} />
      {hint !== undefined && (
        <p class="soft" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
interface FieldWords {
  label: string
  hint?: string
  /** Takes the focus when it appears. */
  focus?: boolean
}

export const CodeField = ({ label = say('code') }: { label?: string }) => (
  <Field
    label={label}
    name="code"
    class="code"
    inputMode="numeric"
    autocomplete="one-time-code"
    maxLength={64}
    required
    focus
  />
)

export const Check = ({ name, label, checked = true }: { name: string; label: string; checked?: boolean }) => (
  <label class="check">
    <input type="checkbox" name={name} defaultChecked={checked} />
    <span>{label}</span>
  </label>
)

/** A form of one act. `onSend` gets the values by their names. After a refusal the focus is in the field that was refused, or in the first. */
export function Form({
  act,
  onSend,
  onCancel,
  submit,
  tone = 'primary',
  children,
}: {
  act: Act
  onSend: (values: Record<string, string>) => void
  onCancel?: () => void
  submit: string
  tone?: 'primary' | 'bad'
  children: ComponentChildren
}) {
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => markRefused(form.current, act.problem), [act.problem])
  return (
    <form
      ref={form}
      class="inline"
      aria-busy={act.busy}
      onSubmit={(event) => {
        event.preventDefault()
        const values: Record<string, string> = {}
        for (const [name, value] of new FormData(event.currentTarget)) values[name] = String(value)
        onSend(values)
      }}
    >
      {children}
      <Trouble problem={act.problem} />
      <div class="buttons">
        <Button submit tone={tone} busy={act.busy}>
          {submit}
        </Button>
        {onCancel && <Button onPress={onCancel}>{say('cancel')}</Button>}
      </div>
    </form>
  )
}

/** The items of a list, or why there are none. */
export function Items<T>({
  of,
  none,
  children,
}: {
  of: Listed<T>
  none: string
  children: (item: T) => ComponentChildren
}) {
  const items = of.items.value
  const problem = of.problem.value
  const busy = useSignal(false)
  const again = async (act: () => Promise<void>) => {
    if (busy.peek()) return
    busy.value = true
    await act()
    busy.value = false
  }
  return (
    <>
      {items === undefined && problem === undefined && <p class="soft waiting">{say('loading')}</p>}
      {items?.length === 0 && <p class="none">{none}</p>}
      {items !== undefined && items.length > 0 && <ul class="rows">{items.map(children)}</ul>}
      <Trouble problem={problem} />
      {problem !== undefined && (
        <Button busy={busy.value} onPress={() => again(of.read)}>
          {say('retry')}
        </Button>
      )}
      {problem === undefined && of.more.value && (
        <Button busy={busy.value} onPress={() => again(of.next)}>
          {say('more')}
        </Button>
      )}
    </>
  )
}

export const Row = ({
  title,
  badge,
  lines = [],
  actions,
  children,
}: {
  title: string
  badge?: string | undefined
  lines?: readonly (string | undefined | false)[]
  actions?: ComponentChildren
  children?: ComponentChildren
}) => (
  <li>
    <div class="row">
      <div class="row-text">
        <p class="row-title">
          {/* A name that people chose has a direction of its own, and must not turn the line around. */}
          <bdi>{title}</bdi> {badge !== undefined && <span class="badge">{badge}</span>}
        </p>
        {lines.map((line) => line && <p key={line}>{line}</p>)}
      </div>
      {actions && <div class="row-actions">{actions}</div>}
    </div>
    {children}
  </li>
)

interface Question {
  title: string
  text: string
  /** The name of the button that does it. */
  label: string
  method?: 'DELETE' | 'POST'
  path: string
  /** Said when it is done. */
  done: string
  /** What is read again then. */
  after: () => Promise<unknown>
  /** The id of the heading that gets the focus. */
  home: string
}

const question = signal<Question | undefined>(undefined)

/** Asks before it sends a request that takes something away. */
export const askBefore = (asked: Question): void => {
  question.value = asked
}

/** Where `askBefore` asks. The page draws it once. */
export const Questions = () => question.value && <Confirm key={question.value.path} {...question.value} />

function Confirm({ title, text, label, method = 'DELETE', path, done, after, home }: Question) {
  const act = useAct()
  const close = () => {
    question.value = undefined
  }
  const confirm = async () => {
    const answer = await act.send(method, path)
    if (answer === undefined || (!answer.ok && !isGone(answer.problem))) return
    await after()
    close()
    focusOn(home)
    announce(answer.ok ? done : say('errorGone'))
  }
  return (
    <Dialog title={title} onClose={close}>
      <p>{text}</p>
      <Trouble problem={act.problem} />
      <div class="buttons">
        <Button onPress={close}>{say('cancel')}</Button>
        <Button tone="bad" busy={act.busy} onPress={confirm}>
          {label}
        </Button>
      </div>
    </Dialog>
  )
}
