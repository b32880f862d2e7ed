/** @jsxImportSource preact */
/** The password: to change it with the current one, or to set one with the code of a mail. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { type Answer, send, signInAgain } from '../../../browser/api.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { factors, type Me, readFactors } from './me.ts'
import { Button, Card, Check, CodeField, Field, Form, focusOn } from './parts.tsx'
import { signInWith } from './sign-in-with.ts'
import { say, setting } from './texts.ts'

type Step = 'shown' | 'change' | 'mail' | 'code'

export function Password({ of }: { of: Me }) {
  const step = useSignal<Step>('shown')
  const act = useAct()
  const opener = useRef<HTMLButtonElement>(null)
  const { email } = of
  const has = factors.value?.password
  const finish = (text: string) => {
    step.value = 'shown'
    focusOn('password')
    announce(text)
  }
  const back = () => {
    step.value = 'shown'
    act.forget()
    setTimeout(() => opener.current?.focus())
  }
  const change = async ({ currentPassword, newPassword, others }: Record<string, string>) => {
    const body = { currentPassword, newPassword, endOtherSessions: others !== undefined }
    const answer = await act.send('POST', '/v1/me/password', body)
    if (answer?.ok) finish(say('passwordChanged'))
  }
  const mail = async () => {
    const answer = await act.run(() => send({ method: 'POST', path: '/v1/auth/forgot-password', body: { email } }))
    if (answer?.ok) step.value = 'code'
  }
  const set = async ({ code = '', password = '' }: Record<string, string>) => {
    const answer = await act.run(() => setAndSignIn(email, code, password))
    if (!answer?.ok) return
    // The account has a second factor, which the sign-in page asks for.
    if (answer.body.status === 'mfa_required') return signInAgain()
    await readFactors()
    finish(say('passwordSetDone'))
  }
  return (
    <Card
      id="password"
      title={say('password')}
      text={say('passwordText')}
      action={
        step.value === 'shown' &&
        has !== undefined && (
          <Button
            hook={opener}
            onPress={() => {
              step.value = has ? 'change' : 'mail'
            }}
          >
            {has ? say('passwordChange') : say('passwordSet')}
          </Button>
        )
      }
    >
      {has === false && step.value === 'shown' && <p class="none">{say('passwordNone')}</p>}
      {step.value === 'change' && (
        <Form act={act} onSend={change} onCancel={back} submit={say('passwordChange')}>
          {/* Password managers look for the name of the account. */}
          <input type="email" name="username" autocomplete="username" value={email} readOnly hidden />
          <Field
            label={say('passwordCurrent')}
            type="password"
            name="currentPassword"
            autocomplete="current-password"
            maxLength={1024}
            required
            focus
          />
          <NewPassword name="newPassword" />
          <Check name="others" label={say('passwordEndOthers')} />
          <p>
            <button
              type="button"
              class="link"
              onClick={() => {
                act.forget()
                step.value = 'mail'
              }}
            >
              {say('passwordForgot')}
            </button>
          </p>
        </Form>
      )}
      {step.value === 'mail' && (
        <Form act={act} onSend={mail} onCancel={back} submit={say('emailSend')}>
          <p>{say('passwordSetText', { email })}</p>
        </Form>
      )}
      {step.value === 'code' && (
        <Form act={act} onSend={set} onCancel={back} submit={say('passwordSet')}>
          <input type="email" name="username" autocomplete="username" value={email} readOnly hidden />
          <p role="status">{say('emailSent', { email })}</p>
          <CodeField />
          <NewPassword name="password" />
          <button type="button" class="link" onClick={mail}>
            {say('sendAgain')}
          </button>
        </Form>
      )}
    </Card>
  )
}

const NewPassword = ({ name }: { name: string }) => (
  <Field
    label={say('passwordNew')}
    hint={say('passwordHint', { count: setting.passwordMinLength })}
    type="password"
    name={name}
    autocomplete="new-password"
    maxLength={1024}
    required
  />
)

/** A password that is set by mail ends every session, this one too: the person is signed in again with it. */
async function setAndSignIn(email: string, code: string, password: string): Promise<Answer<{ status?: string }>> {
  const body = { email, code, password }
  const reset = await send({ method: 'POST', path: '/v1/auth/reset-password', body })
  if (!reset.ok) return reset
  return signInWith(email, password)
}
