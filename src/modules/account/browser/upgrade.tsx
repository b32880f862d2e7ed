/** @jsxImportSource preact */
/** An account that has no address gets one, and a password (docs/anonymous.md). */
import { useSignal } from '@preact/signals'
import { call, send } from '../../../browser/api.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { me, readMe } from './me.ts'
import { Card, CodeField, Field, Form, focusOn } from './parts.tsx'
import { signInWith } from './sign-in-with.ts'
import { say, setting } from './texts.ts'

export function Upgrade() {
  const act = useAct()
  /** The mail ends every session, this one too: with the password the person is signed in again. */
  const sent = useSignal<{ email: string; password: string } | undefined>(undefined)
  const done = async (email: string) => {
    await readMe()
    focusOn('profile')
    announce(say('upgraded', { email }))
  }
  const upgrade = async ({ name = '', email = '', password = '' }: Record<string, string>) => {
    const body = { email, password, ...(name !== '' && { name }) }
    const answer = await act.run(() => call('POST', '/v1/me/upgrade', body))
    if (!answer?.ok) return
    if (answer.status === 202) sent.value = { email, password }
    else await done(email)
  }
  const verify = async ({ email, password }: { email: string; password: string }, code = '') => {
    const answer = await act.run(async () => {
      const verified = await send({ method: 'POST', path: '/v1/auth/verify-email', body: { email, code } })
      return verified.ok ? signInWith(email, password) : verified
    })
    if (answer?.ok) await done(email)
  }
  const waits = sent.value
  return (
    <Card id="upgrade" title={say('upgrade')} text={say('upgradeText')}>
      {waits === undefined ? (
        <Form act={act} onSend={upgrade} submit={say('upgradeDo')}>
          <Field label={say('email')} type="email" name="email" autocomplete="email" maxLength={254} required />
          <Field
            label={say('passwordNew')}
            hint={say('passwordHint', { count: setting.passwordMinLength })}
            type="password"
            name="password"
            autocomplete="new-password"
            maxLength={1024}
            required
          />
          {me.value?.name === '' && (
            <Field label={say('name')} name="name" autocomplete="name" maxLength={200} dir="auto" />
          )}
        </Form>
      ) : (
        <Form act={act} onSend={({ code }) => verify(waits, code)} submit={say('emailVerify')}>
          <p role="status">{say('upgradeSent', { email: waits.email })}</p>
          <CodeField />
        </Form>
      )}
    </Card>
  )
}
