/**
 * The script of the pages that links in mails open. The token is in the fragment of the URL, which no server and no
 * log receives. The script removes it from the address bar at once, and sends it only when a person presses a button.
 *
 * The script keeps the token in `history.state` until it is used. So a reload does not lose it. The same is true if a
 * phone discards the tab while the person looks for a password. Other pages cannot read it there, and it is not
 * visible.
 */
import { readDigits } from '../../../lib/typed-codes.ts'
import { type Asked, parseFragment } from './fragment.ts'
import { keepInLanguages } from './languages.ts'
import { answerWithPasskey, hasPasskeys } from './passkey.ts'
import { isRecord } from '../../../lib/is-record.ts'
import { type Failure, get, post } from './post.ts'
import { inAbout, notify, show } from './view.ts'

const { pathname } = location
let token: string | undefined
/**
 * The challenge of a sign-in that waits for its second factor. It is in memory only: after a reload, the person needs
 * a new mail.
 */
let challenge: string | undefined
let busy = false
/** The page lets the person sign in first. It keeps the token meanwhile. */
const needsSession = document.documentElement.dataset.needsSession !== undefined
/** The page takes a password. */
const takesPassword = document.querySelector('section[data-state=enter]') !== null

type Kept = { token: string } | { done: true } | null

/** Keeps this value for a reload, and removes the fragment and the query from the address bar. */
const keep = (kept: Kept): void => history.replaceState(kept, '', pathname)

function kept(): Kept {
  const state: unknown = history.state
  if (!isRecord(state)) return null
  if (state.done === true) return { done: true }
  return typeof state.token === 'string' ? { token: state.token } : null
}

/** Shows the first section. It changes nothing: that needs a click. */
function open(focus: boolean): void {
  const asked = parseFragment(location.hash)
  const before = asked.kind === 'nothing' ? kept() : null
  token = asked.kind === 'token' ? asked.token : before && 'token' in before ? before.token : undefined
  keep(token === undefined ? before : { token })
  if (token !== undefined) {
    show('link', { focus })
    void tellOf(token)
  } else if (before !== null)
    show('done', { focus }) // as after the success itself
  else show(firstForm(asked), { focus })
  if (asked.kind === 'damaged') notify({ message: 'link.damaged' })
}

/** Says who invites, and to what. A GET uses nothing up, so a scanner of mails may follow the link. */
async function tellOf(invitation: string): Promise<void> {
  const place = document.querySelector<HTMLElement>('[data-told]')
  if (!place) return
  place.hidden = true
  const answer = await get('/v1/invitations/by-token', { 'invitation-token': invitation })
  if (!answer.ok || token !== invitation) return
  const { org, inviterName } = answer.body
  const names: Record<string, unknown> = { org: isRecord(org) ? org.name : '', inviter: inviterName }
  for (const line of place.querySelectorAll<HTMLElement>('[data-name]')) {
    const name = names[line.dataset.name ?? '']
    line.hidden = typeof name !== 'string' || name.trim() === ''
    const text = line.querySelector('bdi')
    if (text) text.textContent = String(name)
  }
  place.hidden = false
}

/** A fragment can open a form. It cannot make the page claim that an action has succeeded. */
function firstForm(asked: Asked): 'ask' | 'code' | 'missing' {
  if (needsSession) return 'missing'
  return asked.kind === 'damaged' || (asked.kind === 'state' && asked.name === 'ask') ? 'ask' : 'code'
}

async function submit(form: HTMLFormElement): Promise<void> {
  const { action = '', next = '' } = form.dataset
  const answer = await post(action, bodyOf(form))
  if (!answer.ok) return fail(form, answer)
  if (answer.body.status === 'mfa_required') return askForFactor(answer.body)
  // Leaves no password in a field. The address stays, because the next form asks for it.
  for (const field of form.querySelectorAll<HTMLInputElement>('input[name=password]')) field.value = ''
  if (next === 'done') {
    token = undefined
    challenge = undefined
    keep({ done: true })
    form.reset() // leaves no password in a field
    return show('done')
  }
  show(next)
  if (next === 'code' || next === 'confirm') notify({ message: 'mail.requested', tone: 'good' })
  if (next === 'link') notify({ message: 'go.on', tone: 'good' })
}

/** The first factor was right. No session is open until the second one is verified. */
function askForFactor({ challenge: given, factors }: { challenge?: unknown; factors?: unknown }): void {
  const takes = (name: string) => Array.isArray(factors) && factors.includes(name)
  const takesCode = takes('totp') || takes('recovery_code')
  const takesPasskey = takes('passkey') && hasPasskeys
  if (typeof given === 'string' && (takesCode || takesPasskey)) {
    challenge = given
    show('factor')
    for (const form of document.querySelectorAll<HTMLElement>('form[data-factor]')) form.hidden = !takesCode
    for (const button of document.querySelectorAll<HTMLElement>('[data-passkey]')) button.hidden = !takesPasskey
  } else {
    show(takesPassword ? 'enter' : 'code')
    notify({ message: 'mfa.required' })
  }
}

/** Shows a passkey as the second factor. */
async function usePasskey(): Promise<void> {
  const answer = await answerWithPasskey('factor', { challenge })
  if (!answer.ok) return fail(undefined, answer)
  challenge = undefined
  show('link')
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

/** `form`: absent after a passkey. */
function fail(form: HTMLFormElement | undefined, { code, reasons, retryAfterSeconds }: Failure): void {
  if (code === 'token.invalid') {
    failProof(form?.dataset.token !== undefined)
    return
  }
  if (takesPassword && (code === 'auth.required' || code === 'session.expired')) {
    show('enter')
    return
  }
  if (code === 'invitation.email_unverified') show('again')
  if (code === 'mfa.challenge_invalid') {
    challenge = undefined
    form?.reset()
    show('ask')
  }
  notify({
    message: code,
    reasons: code === 'user.password_refused' ? reasons : [],
    when: inAbout(retryAfterSeconds ?? 60),
  })
}

/** A link that failed once always fails, so the person needs a new mail. A code may contain a typing error. */
function failProof(byLink: boolean): void {
  if (byLink) {
    token = undefined
    keep(null)
    show('ask')
  }
  notify({ message: byLink ? 'link.invalid' : 'code.invalid' })
}

/**
 * Does one thing at a time, even if the button is pressed again. The button is not disabled, because that would remove
 * its focus.
 */
async function once(part: Element | null, work: () => Promise<void>): Promise<void> {
  if (busy) return
  busy = true
  part?.setAttribute('aria-busy', 'true')
  try {
    await work()
  } finally {
    part?.removeAttribute('aria-busy')
    busy = false
  }
}

document.addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.target
  if (form instanceof HTMLFormElement) void once(form, () => submit(form))
})
document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-show], [data-passkey]') : null
  if (button === null) return
  const { show: state, passkey } = button.dataset
  if (passkey !== undefined) void once(button.closest('p'), usePasskey)
  else if (state && !busy) show(state)
})
document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.dataset.reveal === undefined) return
  const field = document.getElementById(target.dataset.reveal)
  if (field instanceof HTMLInputElement) field.type = target.checked ? 'text' : 'password'
})
// A reset hides a visible password again, so that it matches its check box.
document.addEventListener('reset', ({ target }) => {
  if (!(target instanceof HTMLFormElement)) return
  for (const field of target.querySelectorAll<HTMLInputElement>('input[name=password]')) field.type = 'password'
})
// If another link is opened in this tab, only the fragment changes.
window.addEventListener('hashchange', () => {
  if (location.hash !== '') open(true)
})
if (!hasPasskeys) for (const button of document.querySelectorAll<HTMLElement>('[data-passkey]')) button.hidden = true
// Another language loads the page again.
keepInLanguages(() => (token === undefined ? '' : `token=${token}`))
open(false)
