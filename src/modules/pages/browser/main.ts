/**
 * The script of the pages that links in mails open. The token comes in the fragment of the address, which no server and
 * no log sees; it leaves the address bar at once, and is sent only when somebody presses a button.
 *
 * It is kept in `history.state` until it is spent, so that a reload, or a phone that drops the tab while its owner looks
 * for a password, does not lose it. No other page sees it there, and nothing shows it.
 */
import { readDigits } from '../../../lib/typed-codes.ts'
import { type Asked, parseFragment } from './fragment.ts'
import { type Failure, isRecord, post } from './post.ts'
import { fillAccount, inAbout, notify, show } from './view.ts'

const { pathname } = location
let token: string | undefined
/** Of a sign-in that waits for its second factor. In memory alone: a reload asks for a new mail. */
let challenge: string | undefined
let busy = false

type Kept = { token: string } | { done: true } | null

/** Keeps this for a reload, and takes everything behind the path out of the address bar. */
const keep = (kept: Kept): void => history.replaceState(kept, '', pathname)

function kept(): Kept {
  const state: unknown = history.state
  if (!isRecord(state)) return null
  if (state.done === true) return { done: true }
  return typeof state.token === 'string' ? { token: state.token } : null
}

/** What there is to see first. Nothing is sent: that takes a click. */
function open(focus: boolean): void {
  const asked = parseFragment(location.hash)
  const before = asked.kind === 'nothing' ? kept() : null
  token = asked.kind === 'token' ? asked.token : before && 'token' in before ? before.token : undefined
  keep(token === undefined ? before : { token })
  if (token !== undefined) show('link', { focus })
  else if (before !== null) void reopenDone(focus)
  else show(firstForm(asked), { focus })
  if (asked.kind === 'damaged') notify({ message: 'link.damaged' })
  if (isAgain(asked)) notify({ message: 'provider.flow_invalid' })
}

/** A fragment can open a form, and not pretend that anything has happened. */
const firstForm = (asked: Asked): 'ask' | 'code' =>
  asked.kind === 'damaged' || isAgain(asked) || (asked.kind === 'state' && asked.name === 'ask') ? 'ask' : 'code'

/** Of somebody whose sign-in with another provider has come to nothing: see `modules/providers/lead-on.ts`. */
const isAgain = (asked: Asked): boolean => asked.kind === 'state' && asked.name === 'again'

/** A reload after success shows the success again; that one is signed in is said only while it is so. */
async function reopenDone(focus: boolean): Promise<void> {
  const proof = document.querySelector<HTMLElement>('section[data-state=done]')?.dataset.while
  if (proof !== undefined) {
    const account = await fetch(proof, { cache: 'no-store' }).then(
      (response) => (response.ok ? response.json() : undefined),
      () => undefined,
    )
    if (!isRecord(account)) {
      keep(null)
      return show('code', { focus })
    }
    fillAccount(typeof account.email === 'string' ? account.email : '')
  }
  show('done', { focus })
}

async function submit(form: HTMLFormElement): Promise<void> {
  const { action = '', next = '' } = form.dataset
  const answer = await post(action, bodyOf(form))
  if (!answer.ok) return fail(form, answer)
  if (answer.body.status === 'mfa_required') return askForFactor(answer.body)
  if (next === 'done') {
    token = undefined
    challenge = undefined
    keep({ done: true })
    const { user } = answer.body
    fillAccount(isRecord(user) && typeof user.email === 'string' ? user.email : '')
    form.reset() // a password stays in no field
  }
  show(next)
  if (next === 'code') notify({ message: 'mail.requested', tone: 'good' })
}

/** The proof is used up, and no session is open before the second factor was shown. */
function askForFactor({ challenge: given, factors }: Record<string, unknown>): void {
  token = undefined
  keep(null)
  const takes = Array.isArray(factors) && (factors.includes('totp') || factors.includes('recovery_code'))
  if (takes && typeof given === 'string') {
    challenge = given
    show('factor')
  } else {
    show('code')
    notify({ message: 'mfa.required' })
  }
}

function bodyOf(form: HTMLFormElement): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const { name, value, checked } of form.querySelectorAll('input')) {
    if (name === 'email') body.email = value.trim()
    else if (name === 'code') body.code = readDigits(value)
    else if (name === 'password') body.password = value
    else if (name === 'rememberDevice') body.rememberDevice = checked
  }
  if (form.dataset.token !== undefined) body.token = token
  if (form.dataset.cookie !== undefined) body.useCookie = true
  if (form.dataset.factor !== undefined) {
    body.challenge = challenge
    body.factor = /^\d{6}$/.test(String(body.code)) ? 'totp' : 'recovery_code'
  }
  return body
}

function fail(form: HTMLFormElement, { code, reasons, retryAfterSeconds }: Failure): void {
  if (code === 'token.invalid') {
    failProof(form.dataset.token !== undefined)
    return
  }
  if (code === 'mfa.challenge_invalid') {
    challenge = undefined
    form.reset()
    show('ask')
  }
  notify({
    message: code,
    reasons: code === 'user.password_refused' ? reasons : [],
    when: inAbout(retryAfterSeconds ?? 60),
  })
}

/** A link that failed once fails always: what helps is a new mail. A code may have been mistyped. */
function failProof(byLink: boolean): void {
  if (byLink) {
    token = undefined
    keep(null)
    show('ask')
  }
  notify({ message: byLink ? 'link.invalid' : 'code.invalid' })
}

/** One request at a time, however often a button is pressed. It is not disabled: that would take its focus away. */
async function submitOnce(form: HTMLFormElement): Promise<void> {
  if (busy) return
  busy = true
  form.setAttribute('aria-busy', 'true')
  try {
    await submit(form)
  } finally {
    form.removeAttribute('aria-busy')
    busy = false
  }
}

document.addEventListener('submit', (event) => {
  event.preventDefault()
  if (event.target instanceof HTMLFormElement) void submitOnce(event.target)
})
document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-show]') : null
  if (button?.dataset.show && !busy) show(button.dataset.show)
})
document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.dataset.reveal === undefined) return
  const field = document.getElementById(target.dataset.reveal)
  if (field instanceof HTMLInputElement) field.type = target.checked ? 'text' : 'password'
})
// A password that was shown is hidden again, as its box says.
document.addEventListener('reset', ({ target }) => {
  if (!(target instanceof HTMLFormElement)) return
  for (const field of target.querySelectorAll<HTMLInputElement>('input[name=password]')) field.type = 'password'
})
// Another link opened in this tab changes the fragment alone.
window.addEventListener('hashchange', () => {
  if (location.hash !== '') open(true)
})
open(false)
