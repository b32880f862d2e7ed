/** The fields of the forms, as people fill them in. */

import { emailFault, readEmail } from '../../lib/email.ts'
import { isStorable } from '../../lib/storable-text.ts'
import { readDigits } from '../../lib/typed-codes.ts'
import type { FieldName, Notice } from './view.ts'

const MAX_FORM_TEXT = 8192
const MAX_EMAIL = 320
const MAX_PASSWORD = 1024
const MAX_NAME = 200

/** Whether it can be the address of an account. */
export const isAddress = (typed: string): boolean =>
  typed.length <= MAX_EMAIL && /^[^@＠\s]+[@＠][^@＠\s]+$/u.test(typed)

/** A field that the person has to correct. */
export class Fault extends Error {
  readonly field: FieldName
  readonly notice: Notice['message']

  constructor(field: FieldName, notice: Notice['message']) {
    super(notice)
    this.name = 'Fault'
    this.field = field
    this.notice = notice
  }
}

export class Form {
  readonly #values: URLSearchParams

  constructor(body: unknown) {
    this.#values = new URLSearchParams(typeof body === 'string' ? body : '')
  }

  /** The first value, or nothing. No text that the database could not give back as it came. */
  text(name: string): string {
    const value = this.#values.get(name) ?? ''
    return isStorable(value) && value.length <= MAX_FORM_TEXT ? value : ''
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** What the pressed button does. */
  act(): string {
    return this.text('also') || this.text('act')
  }

  /** To show again. */
  typed(name: 'email' | 'name'): string {
    return this.text(name).slice(0, MAX_EMAIL)
  }

  /** An address to look up: any text. Throws `Fault`. */
  accountEmail(): string {
    const typed = this.text('email').trim()
    if (!isAddress(typed)) throw new Fault('email', 'say.email.invalid')
    return readEmail(typed)
  }

  /** An address for a new account. Throws `Fault`. */
  newEmail(): string {
    const typed = this.text('email')
    if (typed.length > MAX_EMAIL || emailFault(typed) !== undefined) throw new Fault('email', 'say.email.invalid')
    return readEmail(typed)
  }

  /** Throws `Fault`. */
  password(): string {
    const password = this.text('password')
    if (password === '') throw new Fault('password', 'say.password.missing')
    if (password.length > MAX_PASSWORD) throw new Fault('password', 'say.password.long')
    return password
  }

  /** Throws `Fault`. */
  name(): string {
    const name = this.text('name').trim()
    if (name.length > MAX_NAME) throw new Fault('name', 'say.name.invalid')
    return name
  }

  /** Six digits. Throws `Fault`. */
  code(): string {
    const digits = readDigits(this.text('code'))
    if (!/^[0-9]{6}$/.test(digits)) throw new Fault('code', 'say.code.form')
    return digits
  }

  /** Six digits of the app, or a recovery code. Throws `Fault`. */
  factor(): { factor: 'totp' | 'recovery_code'; code: string } {
    const typed = this.text('code').trim()
    const digits = readDigits(typed)
    if (/^[0-9]{6}$/.test(digits)) return { factor: 'totp', code: digits }
    if (typed === '' || typed.length > 64) throw new Fault('code', 'say.factor.form')
    return { factor: 'recovery_code', code: typed }
  }
}
