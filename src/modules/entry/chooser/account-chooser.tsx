/** @jsxImportSource @kitajs/html */
/** The accounts of this browser, above the form of the sign-in page. Links and forms: it needs no script. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../../lib/languages.ts'
import { toHtml } from '../../mail/to-html.ts'
import { pathTo, type Trip } from '../trip.ts'
import { speak } from './messages/say.ts'

interface Choice {
  locale: Locale
  trip: Trip
  accounts: readonly string[]
  /** Who is signed in: shown above the list already. */
  account: string | undefined
}

/** HTML, or nothing: there is no account to choose, or one is chosen already. */
export function accountChooser({ locale, trip, accounts, account: current }: Choice): string {
  const others = accounts.filter((account) => account !== current)
  if (others.length === 0 || trip.hint !== '') return ''
  const say = speak(locale)
  return toHtml(
    <nav class="accounts" aria-label={escapeHtml(say('heading'))}>
      <ul>{others.map((account) => choice(say, trip, account)).join('')}</ul>
      <p class="soft" safe>
        {say('why')}
      </p>
      <p class="or" aria-hidden="true">
        <span safe>{say('other')}</span>
      </p>
    </nav>,
  )
}

const choice = (say: ReturnType<typeof speak>, trip: Trip, account: string): string =>
  toHtml(
    <li>
      <a href={escapeHtml(pathTo('sign-in', { ...trip, hint: account }))}>
        <span class="initial" aria-hidden="true" safe>
          {[...account][0]?.toUpperCase() ?? ''}
        </span>
        <span safe>{account}</span>
      </a>
      <form method="post" action={escapeHtml(pathTo('sign-in', trip))}>
        <input type="hidden" name="act" value="forget" />
        <input type="hidden" name="account" value={escapeHtml(account)} />
        <button class="link" type="submit" aria-label={escapeHtml(say('forget.account', { account }))} safe>
          {say('forget')}
        </button>
      </form>
    </li>,
  )

/** Ends the session of this browser, as the page for signing out does. */
export const signOutForm = (locale: Locale): string =>
  toHtml(
    <form method="post" action="/oauth/logout">
      <button class="link" type="submit" name="decision" value="sign-out" safe>
        {speak(locale)('signOut')}
      </button>
    </form>,
  )
