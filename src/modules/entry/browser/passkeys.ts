/** Passkeys: the button, and autofill (WebAuthn Level 3, conditional mediation). */
import { answerWithPasskey, hasPasskeys } from '../../pages/browser/passkey.ts'
import { clearNotice, goOn, notify } from './view.ts'

let autofill: AbortController | undefined
let busy = false

export function stopAutofill(): void {
  autofill?.abort()
  autofill = undefined
}

/** `isLink`: the page shows the link of a mail, and sends nothing before the person presses a button. */
export function enablePasskeys(isLink: boolean): void {
  if (!hasPasskeys) return
  for (const place of document.querySelectorAll<HTMLElement>('[data-passkeys]')) {
    place.hidden = false
    const button = place.querySelector<HTMLElement>('[data-passkey]')
    button?.addEventListener('click', () => void pressed(place, button))
  }
  if (!isLink) void offerAutofill()
}

async function pressed(place: HTMLElement, { dataset }: HTMLElement): Promise<void> {
  if (busy) return
  busy = true
  stopAutofill()
  clearNotice()
  place.setAttribute('aria-busy', 'true')
  const rememberDevice = document.querySelector<HTMLInputElement>('[data-remember]')?.checked === true
  const answer = await answerWithPasskey(dataset.passkey ?? '', { challenge: dataset.challenge ?? '', rememberDevice })
  place.removeAttribute('aria-busy')
  busy = false
  if (answer.ok) return goOn()
  const isOver = answer.code === 'auth.required' || answer.code === 'session.expired'
  notify(isOver ? 'signedOut' : answer.code, answer.retryAfterSeconds)
  void offerAutofill()
}

/** The options of the server are good for five minutes. */
const RENEW_MS = 240_000

/** The browser offers the passkeys of this site in the field for the address. A failure is silent: nobody has asked. */
async function offerAutofill(): Promise<void> {
  const field = document.querySelector('input[autocomplete~=webauthn]')
  if (!field || autofill || !(await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false))) return
  const own = new AbortController()
  autofill = own
  while (!own.signal.aborted) {
    const round = AbortSignal.any([own.signal, AbortSignal.timeout(RENEW_MS)])
    const answer = await answerWithPasskey('sign-in', {}, round)
    if (own.signal.aborted) return
    if (answer.ok) return goOn()
    if (!round.aborted) {
      // The person chose a passkey that does not work, or the server did not answer.
      autofill = undefined
      if (answer.code === 'passkey.invalid') notify(answer.code)
      return
    }
  }
}
