/** @jsxImportSource preact */
/** The ways to authenticate again: `POST /v1/auth/step-up`. */
import { useSignal } from '@preact/signals'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { type Answer, type Problem, send } from './api.ts'
import { fill } from './fill.ts'
import type { FreshTexts } from '../lib/fresh-session-texts.ts'
import { Failure } from './notice.tsx'
import { showPasskey } from './passkey.ts'

export type Way = 'password' | 'mail' | 'app' | 'passkey'

interface Part {
  texts: FreshTexts
  say: ((problem: Problem) => string) | undefined
  email: string
  onDone: () => void
}

const stepUp = (body: unknown): Promise<Answer<unknown>> => send({ method: 'POST', path: '/v1/auth/step-up', body })

/** Sends once while an answer is awaited: a second press does nothing. */
function useStepUp({ onDone, say }: Part) {
  const busy = useSignal(false)
  const problem = useSignal<Problem | undefined>(undefined)
  return {
    busy: busy.value,
    failure: <Failure problem={problem.value} {...(say && { say })} />,
    async run(act: () => Promise<Answer<unknown>>, done = onDone): Promise<boolean> {
      if (busy.value) return false
      busy.value = true
      problem.value = undefined
      const answer = await act()
      busy.value = false
      if (answer.ok) done()
      else problem.value = answer.problem
      return answer.ok
    },
  }
}

export function ByPassword(part: Part) {
  const { texts, email } = part
  const { busy, failure, run } = useStepUp(part)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  useLayoutEffect(() => field.current?.focus(), [])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!(await run(() => stepUp({ password: field.current?.value ?? '' })))) field.current?.select()
  }
  return (
    <form onSubmit={submit} aria-busy={busy}>
      {/* Password managers look for the name of the account. */}
      <input type="email" autocomplete="username" value={email} readOnly hidden />
      <div class="field">
        <label for={id}>{texts.freshPassword}</label>
        <input
          ref={field}
          id={id}
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxLength={1024}
        />
      </div>
      {failure}
      <button type="submit" class="button">
        {texts.freshConfirm}
      </button>
    </form>
  )
}

export function ByPasskey(part: Part) {
  const { texts } = part
  const { busy, failure, run } = useStepUp(part)
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => button.current?.focus(), [])
  const use = () =>
    run(async () => {
      const shown = await showPasskey('/v1/auth/step-up/passkey/options')
      return shown.ok ? stepUp(shown.body) : shown
    })
  return (
    <div aria-busy={busy}>
      <p>{texts.freshPasskeyHint}</p>
      {failure}
      <button ref={button} type="button" class="button" onClick={use}>
        {texts.freshPasskey}
      </button>
    </div>
  )
}

/** The code of the app, or the code of a mail, which is asked for first. */
export function ByCode({ way, ...part }: Part & { way: 'app' | 'mail' }) {
  const { texts, email } = part
  const { busy, failure, run } = useStepUp(part)
  const sent = useSignal(way === 'app')
  const field = useRef<HTMLInputElement>(null)
  const first = useRef<HTMLButtonElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    if (sent.value) field.current?.focus()
    else first.current?.focus()
  }, [sent.value])
  const mail = () =>
    run(
      () => send({ method: 'POST', path: '/v1/auth/email-code', body: { email } }),
      () => {
        sent.value = true
      },
    )
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const code = field.current?.value ?? ''
    if (!(await run(() => stepUp(way === 'app' ? { factor: 'totp', code } : { code })))) field.current?.select()
  }
  if (!sent.value)
    return (
      <div aria-busy={busy}>
        <p>{fill(texts.freshMailHint, { email })}</p>
        {failure}
        <button ref={first} type="button" class="button" onClick={mail}>
          {texts.freshSend}
        </button>
      </div>
    )
  return (
    <form onSubmit={submit} aria-busy={busy}>
      {way === 'mail' && <p role="status">{fill(texts.freshSent, { email })}</p>}
      <div class="field">
        <label for={id}>{way === 'app' ? texts.freshApp : texts.freshCode}</label>
        <input
          ref={field}
          id={id}
          class="code"
          name="code"
          inputMode="numeric"
          autocomplete="one-time-code"
          required
          maxLength={64}
        />
      </div>
      {failure}
      <button type="submit" class="button">
        {texts.freshConfirm}
      </button>
      {way === 'mail' && (
        <p class="choices">
          <button type="button" class="link" onClick={mail}>
            {texts.freshSendAgain}
          </button>
        </p>
      )}
    </form>
  )
}
