/** How a person comes to the page: with a hash of another section, back from a provider, or back to the window. */
import { signal } from '@preact/signals'
import { navigate } from '../../../browser/navigation.ts'
import { announce } from './announce.ts'
import { refresh } from './lists.ts'
import { me, readMe } from './me.ts'
import { sentenceOf } from './problems.ts'
import { say } from './texts.ts'

/** The section of each card. Links in mails and docs may be `/account#sessions`. */
const HOMES: Record<string, string> = {
  security: '/security',
  password: '/security',
  passkeys: '/security',
  authenticator: '/security',
  recovery: '/security',
  devices: '/security',
  sessions: '/sessions',
  connections: '/connections',
  identities: '/connections',
  apps: '/connections',
  notifications: '/notifications',
  choices: '/notifications',
  organisations: '/organisations',
  invitations: '/organisations',
  data: '/data',
  export: '/data',
  delete: '/data',
}

/** This tab went to a provider, to connect an account. */
export const LINKING = 'linking'

/** Why the link with a provider failed. */
export const linkFailed = signal<string | undefined>(undefined)
export const isOnline = signal(navigator.onLine)

export function arrive(): void {
  const query = new URLSearchParams(location.search)
  const error = query.get('error')
  if (error !== null || query.has('linked')) {
    // A link of a stranger may have the same parameter, and would announce what nobody did.
    const began = sessionStorage.getItem(LINKING) !== null
    sessionStorage.removeItem(LINKING)
    if (error !== null) linkFailed.value = sentenceOf(error)
    else if (began) announce(say('identityConnected'))
    navigate('/account/connections', { replace: true })
  } else if (query.has('lang')) {
    // The server has kept it; a bookmark must not ask for it for ever.
    navigate(location.pathname + location.hash, { replace: true })
  } else followHash()
}

function followHash(): void {
  const id = location.hash.slice(1)
  const home = Object.hasOwn(HOMES, id) ? `/account${HOMES[id]}` : undefined
  if (home !== undefined && home !== location.pathname) navigate(home + location.hash, { replace: true })
}

/** The card that the address names takes the focus, once it is there. */
export function focusNamedCard(): void {
  if (location.hash !== '') document.getElementById(location.hash.slice(1))?.focus()
}

/** Another window, or another device, may have changed what is shown. */
const OLD_MS = 10_000
let readAt = Date.now()

function comeBack(): void {
  if (document.visibilityState !== 'visible' || Date.now() - readAt < OLD_MS) return
  void readAgain()
}

export async function readAgain(): Promise<void> {
  readAt = Date.now()
  if (me.peek() !== undefined) await Promise.all([readMe(), refresh()])
}

export function watch(): void {
  addEventListener('hashchange', followHash)
  document.addEventListener('visibilitychange', comeBack)
  // The back button may show the page as it was, with an account that is signed out by now.
  addEventListener('pageshow', (event) => {
    if (event instanceof PageTransitionEvent && event.persisted) void readAgain()
  })
  addEventListener('offline', () => {
    isOnline.value = false
  })
  addEventListener('online', () => {
    isOnline.value = true
    announce(say('online'))
    void readAgain()
  })
}
