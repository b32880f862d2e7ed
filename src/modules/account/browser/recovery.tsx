/** @jsxImportSource preact */
/** The recovery codes: how many are left, and new ones, which are shown once. */
import { signal, useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import { Dialog } from '../../../browser/dialog.tsx'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { Copy } from './copy.tsx'
import { saveFile } from './files.ts'
import { factors, me, readFactors } from './me.ts'
import { Button, Card, focusOn, Trouble } from './parts.tsx'
import { dateAndTime, number, say, setting } from './texts.ts'

const LOW = 3

/** Codes that the person has not yet put away. They stay while the person looks at other sections. */
export const shownCodes = signal<readonly string[] | undefined>(undefined)

export function Recovery() {
  const asking = useSignal(false)
  const act = useAct()
  const { totp = null, passkeys = 0, recoveryCodes = 0 } = factors.value ?? {}
  const hasFactor = totp !== null || passkeys > 0
  const make = async () => {
    const answer = await act.send<{ recoveryCodes: string[] }>('POST', '/v1/me/mfa/recovery-codes')
    if (!answer?.ok) return
    asking.value = false
    shownCodes.value = answer.body.recoveryCodes
    await readFactors()
    focusOn('recovery')
    announce(say('recoveryMade'))
  }
  const ask = () => {
    act.forget()
    if (recoveryCodes > 0) asking.value = true
    else void make()
  }
  return (
    <Card
      id="recovery"
      title={say('recovery')}
      text={say('recoveryText')}
      action={
        hasFactor &&
        shownCodes.value === undefined && (
          <Button busy={act.busy} onPress={ask}>
            {say('recoveryMake')}
          </Button>
        )
      }
    >
      {factors.value !== undefined && !hasFactor && <p class="none">{say('recoveryNeedsFactor')}</p>}
      {/* A passkey alone gives no codes: having none is no alarm then. */}
      {hasFactor && (totp !== null || recoveryCodes > 0) && shownCodes.value === undefined && (
        <p>
          <span class={`badge ${recoveryCodes > LOW ? 'good' : 'bad'}`}>
            {say('recoveryLeft', { count: number(recoveryCodes) })}
          </span>{' '}
          {recoveryCodes <= LOW && say('recoveryLow')}
        </p>
      )}
      {!asking.value && <Trouble problem={act.problem} />}
      {shownCodes.value !== undefined && <Codes codes={shownCodes.value} />}
      {asking.value && (
        <Dialog
          title={say('recoveryMakeTitle')}
          onClose={() => {
            asking.value = false
          }}
        >
          <p>{say('recoveryMakeText')}</p>
          <Trouble problem={act.problem} />
          <div class="buttons">
            <Button
              onPress={() => {
                asking.value = false
              }}
            >
              {say('cancel')}
            </Button>
            <Button tone="primary" busy={act.busy} onPress={make}>
              {say('recoveryMake')}
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  )
}

/** Printed alone: the rest of the page is left out by `print.css`. */
function Codes({ codes }: { codes: readonly string[] }) {
  // The browser asks before it leaves, from the first moment that they are seen: the codes are never shown again.
  useLayoutEffect(() => {
    const stay = (event: Event) => event.preventDefault()
    addEventListener('beforeunload', stay)
    return () => removeEventListener('beforeunload', stay)
  }, [])
  const about = [
    say('recoveryFor', { email: me.value?.email ?? '', brand: setting.brandName }),
    say('recoveryMadeOn', { date: dateAndTime(new Date().toISOString()) }),
  ]
  return (
    <div class="codes-panel">
      <div class="printed">
        {about.map((line) => (
          <p key={line} class="only-printed">
            {line}
          </p>
        ))}
        <ol class="codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </div>
      <p class="warning">{say('recoveryOnce')}</p>
      <div class="buttons">
        <Copy text={codes.join('\n')} />
        <Button onPress={() => print()}>{say('recoveryPrint')}</Button>
        <Button onPress={() => saveFile('recovery-codes.txt', 'text/plain', [...about, '', ...codes, ''].join('\n'))}>
          {say('recoveryDownload')}
        </Button>
        <Button
          tone="primary"
          onPress={() => {
            shownCodes.value = undefined
            focusOn('recovery')
          }}
        >
          {say('recoveryDone')}
        </Button>
      </div>
    </div>
  )
}
