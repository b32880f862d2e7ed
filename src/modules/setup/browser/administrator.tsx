/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { useAct } from '../../../browser/act.tsx'
import { send, type Problem } from '../../../browser/api.ts'
import { AsCommand } from '../../../browser/as-command.tsx'
import { TextField, useFields } from '../../../browser/fields.tsx'
import { Failure } from '../../../browser/notice.tsx'
import { forgetToken, go, takeToken } from './progress.ts'

const said: Record<string, string> = {
  'setup.token_invalid':
    'The set-up token is wrong or expired. Start the server again and open the link that it prints, or run “bun run cli setup-token”.',
}

const say = ({ code, title }: Problem): string => said[code] ?? title

export function Administrator() {
  const given = useSignal(takeToken())
  const fields = useFields({ token: given.value, email: '', name: '', password: '' })
  const act = useAct()
  const { token, email, name, password } = fields.value
  const body = { token: token.trim(), email: email.trim(), name: name.trim(), password }
  const isMade = act.problem?.code === 'setup.done'

  async function press(event: Event): Promise<void> {
    event.preventDefault()
    const made = await act.run({ method: 'POST', path: '/v1/setup', body })
    if (!made?.ok) return
    forgetToken()
    const signIn = {
      method: 'POST',
      path: '/v1/auth/sign-in',
      body: { email: body.email, password, useCookie: true },
    } as const
    const signedIn = await send(signIn)
    // The account is there: if only the sign-in failed, the person signs in on its page.
    if (signedIn.ok) go({ step: 'organisation', email: body.email })
    else location.assign(`/sign-in?${new URLSearchParams({ return_to: '/console', login_hint: body.email })}`)
  }

  return (
    <form onSubmit={press} aria-busy={act.busy}>
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
        type="password"
        autocomplete="new-password"
        hint="Several unrelated words are easy to remember and hard to guess."
        required
        problem={act.problem}
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
