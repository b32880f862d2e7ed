/** @jsxImportSource preact */
/**
 * "Confirm it is you", in place: an act that requires a fresh session waits, the person authenticates again, and the act is sent
 * once more. The program draws `<FreshSessionPrompt texts={freshTexts} />` once.
 */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Answer, onFreshSessionRequired, type Problem, send } from './api.ts'
import { Dialog } from './dialog.tsx'
import { ByCode, ByPasskey, ByPassword, type Way } from './fresh-session-ways.tsx'
import type { FreshTexts } from '../lib/fresh-session-texts.ts'
import { Failure } from './notice.tsx'
import { hasPasskeys } from './passkey.ts'

/** The wait of one prompt. Acts that come meanwhile wait for the same one. */
let pending: { done: Promise<boolean>; settle: (confirmed: boolean) => void } | undefined
type Prompt = { state: 'closed' | 'loading' } | { state: 'failed'; problem: Problem } | { state: 'ways'; ways: Ways }
interface Ways {
  email: string
  offered: readonly Way[]
}
const prompt = signal<Prompt>({ state: 'closed' })
const chosen = signal<Way | undefined>(undefined)

function ask(): Promise<boolean> {
  if (pending === undefined) {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    pending = { done: promise, settle: resolve }
    void load()
  }
  return pending.done
}

function settle(confirmed: boolean): void {
  prompt.value = { state: 'closed' }
  const waiting = pending
  pending = undefined
  waiting?.settle(confirmed)
}

async function load(): Promise<void> {
  prompt.value = { state: 'loading' }
  const [me, mfa] = await Promise.all([get<Me>('/v1/me'), get<Mfa>('/v1/me/mfa')])
  if (pending === undefined) return // given up meanwhile
  const failed = me.ok ? mfa : me
  if (!me.ok || !mfa.ok) {
    if (!failed.ok) prompt.value = { state: 'failed', problem: failed.problem }
    return
  }
  // Only the owner can confirm, and an administrator who acts for them is not the owner.
  if (me.body.act !== undefined) return settle(false)
  const offered = waysOf(mfa.body)
  chosen.value = offered[0]
  prompt.value = { state: 'ways', ways: { email: me.body.email, offered } }
}

const get = <T,>(path: string): Promise<Answer<T>> => send<T>({ method: 'GET', path })

interface Me {
  email: string
  act?: unknown
}
interface Mfa {
  password: boolean
  totp: unknown
  passkeys: number
}

/** An account with a second factor must show it: `mfa.factor_required`. The easiest way is the first. */
function waysOf({ password, totp, passkeys }: Mfa): Way[] {
  const passkey: Way[] = passkeys > 0 && hasPasskeys ? ['passkey'] : []
  if (totp !== null || passkeys > 0) return [...passkey, ...(totp !== null ? ['app' as const] : [])]
  return [...(password ? ['password' as const] : []), 'mail']
}

export interface FreshSessionProps {
  texts: FreshTexts
  /** A failure, in words of the page. */
  say?: ((problem: Problem) => string) | undefined
}

export function FreshSessionPrompt({ texts, say }: FreshSessionProps) {
  useEffect(() => onFreshSessionRequired(ask), [])
  const now = prompt.value
  if (now.state === 'closed') return null
  const close = () => settle(false)
  return (
    <Dialog title={texts.freshTitle} onClose={close}>
      {now.state === 'loading' && <p aria-live="polite">{texts.freshLoading}</p>}
      {now.state === 'failed' && (
        <>
          <Failure problem={now.problem} {...(say && { say })} />
          <button type="button" class="button" onClick={load}>
            {texts.freshRetry}
          </button>
        </>
      )}
      {now.state === 'ways' && <Choice ways={now.ways} texts={texts} say={say} />}
      <p class="choices">
        <button type="button" class="link" onClick={close}>
          {texts.freshCancel}
        </button>
      </p>
    </Dialog>
  )
}

function Choice({ ways: { email, offered }, texts, say }: { ways: Ways } & FreshSessionProps) {
  const way = chosen.value
  if (way === undefined)
    return (
      <>
        <p>{texts.freshNone}</p>
        <a class="button" href={`/sign-in?${new URLSearchParams({ return_to: location.pathname })}`}>
          {texts.freshSignIn}
        </a>
      </>
    )
  const part = { texts, say, email, onDone: () => settle(true) }
  const names: Record<Way, string> = {
    password: texts.freshUsePassword,
    mail: texts.freshUseMail,
    app: texts.freshUseApp,
    passkey: texts.freshPasskey,
  }
  return (
    <>
      <p class="soft">{texts.freshWhy}</p>
      {way === 'password' && <ByPassword {...part} />}
      {way === 'passkey' && <ByPasskey {...part} />}
      {(way === 'app' || way === 'mail') && <ByCode key={way} way={way} {...part} />}
      {offered.length > 1 && (
        <p class="choices">
          {offered
            .filter((one) => one !== way)
            .map((one) => (
              <button
                key={one}
                type="button"
                class="link"
                onClick={() => {
                  chosen.value = one
                }}
              >
                {names[one]}
              </button>
            ))}
        </p>
      )}
    </>
  )
}
