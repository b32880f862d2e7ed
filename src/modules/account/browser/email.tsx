/** @jsxImportSource preact */
/** The e-mail address: to verify it, and to change it, with the code of a mail. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { call, send } from '../../../browser/api.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { type Me, readMe } from './me.ts'
import { Button, Card, CodeField, Field, Form, focusOn } from './parts.tsx'
import { say } from './texts.ts'

type Step = { state: 'shown' } | { state: 'asking' } | { state: 'sent'; email: string; isNew: boolean }

export function Email({ of }: { of: Me }) {
  const step = useSignal<Step>({ state: 'shown' })
  const act = useAct()
  const opener = useRef<HTMLButtonElement>(null)
  const back = () => {
    step.value = { state: 'shown' }
    act.forget()
    setTimeout(() => opener.current?.focus())
  }
  const change = async ({ email = '' }: Record<string, string>) => {
    const answer = await act.send('POST', '/v1/me/email', { email })
    if (answer?.ok) step.value = { state: 'sent', email, isNew: true }
  }
  const sendToCurrent = async () => {
    const { email } = of
    const answer = await act.run(() => send({ method: 'POST', path: '/v1/auth/verify-email/resend', body: { email } }))
    if (answer?.ok) step.value = { state: 'sent', email, isNew: false }
  }
  const again = async (email: string, isNew: boolean) => {
    if (isNew) await change({ email })
    else await sendToCurrent()
    announce(say('sentAgain', { email }))
  }
  const verify = async (email: string, isNew: boolean, code = '') => {
    const answer = await act.run(() => call('POST', '/v1/auth/verify-email', { email, code }))
    if (!answer?.ok) return
    await readMe()
    step.value = { state: 'shown' }
    focusOn('email')
    announce(isNew ? say('emailChanged', { email }) : say('emailVerified'))
  }
  const now = step.value
  return (
    <Card id="email" title={say('email')} text={say('emailText')}>
      <div class="row">
        <div class="row-text">
          <p class="row-title">
            <bdi>{of.email}</bdi>{' '}
            <span class={`badge ${of.emailVerified ? 'good' : 'bad'}`}>
              {of.emailVerified ? say('verified') : say('unverified')}
            </span>
          </p>
        </div>
        {now.state === 'shown' && (
          <div class="row-actions">
            {!of.emailVerified && (
              <Button busy={act.busy} onPress={sendToCurrent}>
                {say('emailVerifyStart')}
              </Button>
            )}
            <Button
              hook={opener}
              onPress={() => {
                step.value = { state: 'asking' }
              }}
            >
              {say('emailChange')}
            </Button>
          </div>
        )}
      </div>
      {now.state === 'asking' && (
        <Form act={act} onSend={change} onCancel={back} submit={say('emailSend')}>
          <Field
            label={say('emailNew')}
            hint={say('emailChangeText')}
            type="email"
            name="email"
            autocomplete="email"
            maxLength={254}
            required
            focus
          />
        </Form>
      )}
      {now.state === 'sent' && (
        <Form
          act={act}
          onSend={({ code }) => verify(now.email, now.isNew, code)}
          onCancel={back}
          submit={say('emailVerify')}
        >
          <p role="status">{say(now.isNew ? 'emailSent' : 'emailVerifyText', { email: now.email })}</p>
          <CodeField />
          <button type="button" class="link" onClick={() => again(now.email, now.isNew)}>
            {say('sendAgain')}
          </button>
        </Form>
      )}
    </Card>
  )
}
