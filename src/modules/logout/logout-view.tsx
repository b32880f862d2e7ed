/** @jsxImportSource @kitajs/html */
/** The page that asks whether to sign out, and the one after it. They need no script. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { card, type CardConfig, sayIn } from '../authorize/card.tsx'
import { toHtml } from '../mail/to-html.ts'

export interface ConfirmView {
  account: string
  /** The app that asks; undefined: it is not certain. */
  client: string | undefined
  /** The app made a mistake, so the browser stays here. */
  stays: boolean
  fields: Readonly<Record<string, string>>
}

export function confirmPage(
  locale: Locale,
  config: CardConfig,
  { account, client, stays, fields }: ConfirmView,
): string {
  const say = sayIn(locale, config)
  const heading = say('logout.heading')
  return card(
    locale,
    config,
    heading,
    toHtml(
      <section>
        <h1 safe>{heading}</h1>
        {client === undefined ? '' : toHtml(<p safe>{say('logout.asks', { client })}</p>)}
        {stays
          ? toHtml(
              <p class="warning" safe>
                {say('logout.stays')}
              </p>,
            )
          : ''}
        <div class="account">
          <span safe>{say('consent.account')}</span>
          <strong safe>{account}</strong>
        </div>
        <form method="post" action="/oauth/logout">
          {Object.entries(fields)
            .map(([name, value]) => toHtml(<input type="hidden" name={escapeHtml(name)} value={escapeHtml(value)} />))
            .join('')}
          <button class="button" type="submit" name="decision" value="sign-out" safe>
            {say('logout.signOut')}
          </button>
        </form>
        <p class="soft" safe>
          {say('logout.why')}
        </p>
      </section>,
    ),
  )
}

export function signedOutPage(locale: Locale, config: CardConfig): string {
  const say = sayIn(locale, config)
  const heading = say('logout.done.heading')
  return card(
    locale,
    config,
    heading,
    toHtml(
      <section>
        <h1 safe>{heading}</h1>
        <p safe>{say('logout.done.why')}</p>
      </section>,
    ),
  )
}
