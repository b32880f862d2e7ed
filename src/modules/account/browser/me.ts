/** The account, and its ways to sign in: what several sections show. */
import { signal } from '@preact/signals'
import { type Answer, call, type Problem } from '../../../browser/api.ts'
import type { Locale } from '../../../lib/languages.ts'
import { setting } from './texts.ts'

export interface Me {
  id: string
  email: string
  emailVerified: boolean
  name: string
  username: string | null
  /** Of mails. */
  locale: Locale | null
  createdAt: string
  act?: { sub: string }
}

export interface Factors {
  required: boolean
  password: boolean
  totp: { addedAt: string } | null
  passkeys: number
  recoveryCodes: number
  rememberedDevices: number
}

export const me = signal<Me | undefined>(undefined)
export const factors = signal<Factors | undefined>(undefined)
/** Why the account could not be read. */
export const unread = signal<Problem | undefined>(undefined)

/** The address of an account that has none (docs/anonymous.md). */
export const isAnonymous = ({ email }: Me): boolean => email.endsWith('.invalid')

/** Whether a role requires a second factor, and the person has none. Then the server answers little else. */
export const lacksFactor = (): boolean => {
  const known = factors.value
  return known?.required === true && known.totp === null && known.passkeys === 0
}

export async function readMe(): Promise<void> {
  await Promise.all([read(me, '/v1/me'), readFactors()])
  await readUnread()
}

export const readFactors = (): Promise<void> => read(factors, '/v1/me/mfa')

async function read<T>(into: { value: T | undefined }, path: string): Promise<void> {
  const answer: Answer<T> = await call<T>('GET', path)
  if (answer.ok) {
    into.value = answer.body
    unread.value = undefined
  } else unread.value = answer.problem
}

/** How many notifications are unread. */
export const unreadCount = signal(0)

export async function readUnread(): Promise<void> {
  if (me.peek() === undefined || setting.factorMissing || lacksFactor()) return
  const answer = await call<{ unreadCount: number }>('GET', '/v1/me/notifications/unread-count')
  if (answer.ok) unreadCount.value = answer.body.unreadCount
}
