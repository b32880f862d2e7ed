/** @jsxImportSource preact */
/** The authenticator app (TOTP). */
import { type Signal, signal, useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { Copy } from './copy.tsx'
import { factors, readFactors } from './me.ts'
import { askBefore, Button, Card, Check, CodeField, Form, focusOn, Trouble } from './parts.tsx'
import { shownCodes } from './recovery.tsx'
import { date, say } from './texts.ts'

interface Enrolment {
  secret: string
  uri: string
}

const PATH = '/v1/me/mfa/totp'
/** The code that draws the QR code: loaded by the first set-up. */
const qr: Signal<ComponentType<{ text: string; label: string }> | undefined> = signal(undefined)

export function App() {
  const act = useAct()
  const enrolment = useSignal<Enrolment | undefined>(undefined)
  const opener = useRef<HTMLButtonElement>(null)
  const totp = factors.value?.totp
  const begin = async () => {
    const answer = await act.send<Enrolment>('POST', PATH)
    if (answer?.ok) enrolment.value = answer.body
    else if (answer?.problem.code === 'mfa.totp_exists') await readFactors()
  }
  const confirm = async ({ code = '', others }: Record<string, string>) => {
    const body = { code, endOtherSessions: others !== undefined }
    const answer = await act.send<{ recoveryCodes: string[] }>('POST', `${PATH}/confirm`, body)
    if (!answer?.ok) return
    enrolment.value = undefined
    shownCodes.value = answer.body.recoveryCodes
    await readFactors()
    focusOn('recovery')
    announce(say('appAdded'))
  }
  const remove = () =>
    askBefore({
      title: say('appRemove'),
      text: say('appRemoveText'),
      label: say('remove'),
      path: PATH,
      done: say('appRemoved'),
      after: readFactors,
      home: 'authenticator',
    })
  const begun = enrolment.value
  return (
    <Card
      id="authenticator"
      title={say('app')}
      text={say('appText')}
      action={
        begun === undefined &&
        totp !== undefined &&
        (totp === null ? (
          <Button hook={opener} busy={act.busy} onPress={begin}>
            {say('appAdd')}
          </Button>
        ) : (
          <Button about={say('app')} onPress={remove}>
            {say('remove')}
          </Button>
        ))
      }
    >
      {begun === undefined && totp === null && <p class="none">{say('appNone')}</p>}
      {begun === undefined && totp && (
        <p>
          <span class="badge good">{say('appOn', { date: date(totp.addedAt) })}</span>
        </p>
      )}
      {begun === undefined ? (
        <Trouble problem={act.problem} />
      ) : (
        <Form
          act={act}
          onSend={confirm}
          submit={say('appTurnOn')}
          onCancel={() => {
            enrolment.value = undefined
            act.forget()
            setTimeout(() => opener.current?.focus())
          }}
        >
          <Scan {...begun} />
          <p>{say('appConfirm')}</p>
          <CodeField label={say('appCode')} />
          <Check name="others" label={say('passwordEndOthers')} />
        </Form>
      )}
    </Card>
  )
}

/** The key as an image, and in groups of four letters, as people type it. */
function Scan({ secret, uri }: Enrolment) {
  useEffect(() => {
    void import('./qr.tsx').then(
      ({ Qr }) => {
        qr.value = Qr
      },
      () => undefined, // the key can be typed
    )
  }, [])
  const Drawn = qr.value
  return (
    <>
      <p>{say('appScan')}</p>
      {Drawn && <Drawn text={uri} label={say('appQr')} />}
      <p class="soft">{say('appByHand')}</p>
      <p class="key">
        <code>{secret.replace(/.{4}(?=.)/g, '$& ')}</code> <Copy text={secret} />
      </p>
      <p>
        <a href={uri}>{say('appOpen')}</a>
      </p>
    </>
  )
}
