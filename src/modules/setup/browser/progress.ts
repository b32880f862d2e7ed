/**
 * Where the set-up is. A reload finds it again. It is kept for this tab alone, and no secret is in it: the token is in the state
 * of the history entry, which ends with the tab, and the client's secret nowhere.
 */
import { signal } from '@preact/signals'
import { readSetting } from '../../../browser/setting.ts'
import type { SetupSetting } from '../setting.ts'

export const setting = readSetting<SetupSetting>()

export interface Client {
  clientId: string
  redirectUri: string
  /** A client with a secret, in contrast to an app in a browser or on a phone. */
  isConfidential: boolean
}

export interface Progress {
  step: 'administrator' | 'organisation' | 'client' | 'finished'
  /** Who is signed in. */
  email?: string
  org?: { id: string; name: string }
  client?: Client
}

const KEY = 'setup'

function read(): Progress {
  if (!setting.isDone) return { step: 'administrator' }
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null')
    // This program has written it. Storage of this origin is as trusted as the page.
    if (typeof kept === 'object' && kept !== null && 'step' in kept) return kept as Progress
  } catch {
    // Storage is off: the set-up works, and a reload ends it.
  }
  return { step: 'finished' }
}

export const progress = signal<Progress>(read())
/** Shown once, and kept nowhere. */
export const clientSecret = signal<string | undefined>(undefined)

export function go(next: Partial<Progress>): void {
  progress.value = { ...progress.value, ...next }
  try {
    sessionStorage.setItem(KEY, JSON.stringify(progress.value))
  } catch {
    // as above
  }
  scrollTo(0, 0)
}

/** The token of `#token=…`, which the start of the server prints. It leaves the address bar and the history at once. */
export function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  const state: unknown = history.state
  const kept = typeof state === 'object' && state !== null && 'token' in state ? state.token : undefined
  const token = given ?? (typeof kept === 'string' ? kept : '')
  history.replaceState(token === '' ? null : { token }, '', location.pathname)
  return token
}

export const forgetToken = (): void => history.replaceState(null, '', location.pathname)
