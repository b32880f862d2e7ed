/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { useAct, useFocusOnRefused } from '../../../browser/act.tsx'
import type { Problem } from '../../../browser/api.ts'
import { AsCommand } from '../../../browser/as-command.tsx'
import { CheckField, TextField, useFields } from '../../../browser/fields.tsx'
import { Failure } from '../../../browser/notice.tsx'
import { forgetToken, go, setting, takeToken } from './progress.ts'

const said: Record<string, string> = {
  'request.origin_refused': 'Nothing was made. Open this page at the address that APP_URL names.',
  'setup.token_invalid':
    'The set-up token is wrong or expired. Start the server again and open the link that it prints, or run “bun run cli setup-token”.',
}

const say = ({ code, title }: Problem): string => said[code] ?? title

export function Administrator() {
  const given = useSignal(takeToken())
  const fields = useFields({ token: given.value, email: '', name: '', password: '' })
  const act = useAct()
  const isShown = useSignal(false)
  const form = useRef<HTMLFormElement>(null)
  useFocusOnRefused(form, act.problem)
  const { token, email, name, password } = fields.value
  const body = { token: token.trim(), email: email.trim(), name: name.trim(), password }
  const isMade = act.problem?.code === 'setup.done'

  async function press(event: Event): Promise<void> {
    event.preventDefault()
    // The session of the set-up is the one of this browser: there is no second one.
    const made = await act.run({ method: 'POST', path: '/v1/setup', body: { ...body, useCookie: true } })
    if (!made?.ok) return
    forgetToken()
    go({ step: 'organisation', email: body.email })
  }

  return (
    <form ref={form} onSubmit={press} aria-busy={act.busy}>
      <p>This account manages the server. You can invite others later.</p>
      {given.value === '' ? (
        <TextField
          {...fields.text('token')}
          label="Set-up token"
          hint="The server prints it when it starts, and “bun run cli setup-token” prints another."
          required
          maxLength={2048}
          problem={act.problem}
        />
      ) : (
        <p class="soft">Your link has the set-up token.</p>
      )}
      <TextField
        {...fields.text('email')}
        label="E-mail"
        type="email"
        autocomplete="username"
        required
        problem={act.problem}
      />
      <TextField
        {...fields.text('name')}
        label="Name"
        autocomplete="name"
        required
        maxLength={200}
        problem={act.problem}
      />
      <TextField
        {...fields.text('password')}
        label="Password"
        type={isShown.value ? 'text' : 'password'}
        autocomplete="new-password"
        hint={`At least ${setting.passwordMinLength} characters. Several unrelated words are easy to remember and hard to guess.`}
        required
        problem={act.problem}
      />
      <CheckField
        name="shown"
        label="Show password"
        value={isShown.value}
        onValue={(on) => {
          isShown.value = on
        }}
      />
      <Failure problem={act.problem} say={say} />
      {isMade && (
        <p>
          <a href="/sign-in?return_to=/console">Sign in as an administrator</a>
        </p>
      )}
      {act.problem?.code === 'setup.token_invalid' && given.value !== '' && (
        <p>
          <button
            type="button"
            class="link"
            onClick={() => {
              given.value = ''
              fields.set({ token: '' })
              forgetToken()
              act.forget()
            }}
          >
            Enter another token
          </button>
        </p>
      )}
      <button type="submit" class="button" disabled={act.busy}>
        Create administrator
      </button>
      <AsCommand
        call={{ method: 'POST', path: '/v1/setup', body: { ...body, token: '…', password: '…' } }}
        bearer={false}
      />
    </form>
  )
}
