/** What one of these pages shows: one step, and what is known of it. */
import type { Factor } from '../mfa/schema.ts'
import type { MessageName } from './messages/say.ts'
import type { PageName } from './trip.ts'

/** Each step is one card with one form. */
export type Step =
  | 'enter'
  /** The code of a mail. */
  | 'code'
  /** The second factor of a sign-in. */
  | 'second'
  /** A second factor for the session that there is. */
  | 'factor'
  /** A new proof for the session that there is. */
  | 'fresh'
  | 'new'
  | 'confirm'
  | 'forgot'
  | 'reset'
  /** The sign-in is over. */
  | 'done'

export const pageOf: Readonly<Record<Step, PageName>> = {
  enter: 'sign-in',
  code: 'sign-in',
  second: 'sign-in',
  factor: 'sign-in',
  fresh: 'sign-in',
  done: 'sign-in',
  new: 'sign-up',
  confirm: 'sign-up',
  forgot: 'forgot-password',
  reset: 'forgot-password',
}

export type FieldName = 'email' | 'password' | 'name' | 'code'

export interface Notice {
  message: Extract<MessageName, `say.${string}`>
  tone: 'good' | 'bad'
  /** The field that the notice is about. */
  field?: FieldName | undefined
  /** More sentences. */
  reasons?: readonly string[]
  /** When the person may try again. */
  retryAfterSeconds?: number | undefined
}

export interface View {
  step: Step
  notice?: Notice | undefined
  /** What the person typed before. Never a password or a code. */
  values?: { email?: string | undefined; name?: string | undefined }
  /** The sealed text of the sign-in that waits. */
  sealed?: string | undefined
  /** The address to which a mail was sent, or whose account it is. Undefined: the person types it. */
  email?: string | undefined
  /** Of `second`: what a passkey answers, and what else the account takes. */
  challenge?: { token: string; factors: readonly Factor[] } | undefined
  /** Of `fresh`: a code was sent by mail. */
  byCode?: boolean
}
