/**
 * The accounts that signed in in this browser. The list is on the device alone: a cookie that only the sign-in page gets, and no
 * script. It says nothing about an account: one that was deleted since stays in it, and any text may be put into it.
 */
import { stringifySetCookie } from 'cookie'
import { cookieValue } from '../../../lib/cookies.ts'

const NAME = 'accounts'
const PATH = '/sign-in'
const A_YEAR = 365 * 24 * 60 * 60
const MAX_ACCOUNTS = 5
/** Browsers keep no cookie above 4096 bytes. */
const MAX_LENGTH = 3000
const MAX_EMAIL = 320

const isAddress = (text: string): boolean => text.length <= MAX_EMAIL && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(text)

/** The latest first. */
export function accountsIn(request: Request): string[] {
  const kept = cookieValue(request.headers.get('cookie') ?? '', NAME) ?? ''
  return [...new Set(kept.slice(0, MAX_LENGTH).split(' '))].filter(isAddress).slice(0, MAX_ACCOUNTS)
}

export const withAccount = (accounts: readonly string[], email: string): string[] =>
  isAddress(email) ? [email, ...withoutAccount(accounts, email)].slice(0, MAX_ACCOUNTS) : [...accounts]

export const withoutAccount = (accounts: readonly string[], email: string): string[] =>
  accounts.filter((known) => known !== email)

/** The Set-Cookie with this list. The eldest ones give way if they are too long together. */
export function accountsCookie(appUrl: string, accounts: readonly string[]): string {
  const fitting = accounts.filter(
    (_, index) => encodeURIComponent(accounts.slice(0, index + 1).join(' ')).length <= MAX_LENGTH,
  )
  return stringifySetCookie(NAME, fitting.join(' '), {
    path: PATH,
    httpOnly: true,
    secure: appUrl.startsWith('https:'),
    sameSite: 'lax',
    maxAge: fitting.length === 0 ? 0 : A_YEAR,
  })
}
