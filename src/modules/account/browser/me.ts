/** The account, and its ways to sign in: what several sections show. */
import { signal } from '@preact/signals'
import { type Answer, call, type Problem } from '../../../browser/api.ts'

export interface Me {
  id: string
  email: string
  emailVerified: boolean
  name: string
  username: string | null
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

export async function readMe(): Promise<void> {
  await Promise.all([read(me, '/v1/me'), readFactors()])
}

export const readFactors = (): Promise<void> => read(factors, '/v1/me/mfa')

async function read<T>(into: { value: T | undefined }, path: string): Promise<void> {
  const answer: Answer<T> = await call<T>('GET', path)
  if (answer.ok) {
    into.value = answer.body
    unread.value = undefined
  } else unread.value = answer.problem
}
