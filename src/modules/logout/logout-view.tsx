/** @jsxImportSource @kitajs/html */
/** The page that asks whether to sign out, and the one after it. They need no script. */
import type { Locale } from '../../lib/languages.ts'
import { type CardConfig, sayIn } from '../authorize/card.tsx'
import { accountBox, headedCard, warning, wayOn } from '../authorize/card-parts.tsx'
import { toHtml } from '../mail/to-html.ts'
import { hiddenFields, paragraph, soft } from '../pages/parts.tsx'

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
  return headedCard(
    locale,
    config,
    say('logout.heading'),
    client === undefined ? '' : paragraph(say('logout.asks', { client })),
    stays ? warning(say('logout.stays')) : '',
    accountBox(say, account, null),
    toHtml(
      <form method="post" action="/oauth/logout">
        {hiddenFields(fields)}
        <button class="button" type="submit" name="decision" value="sign-out" safe>
          {say('logout.signOut')}
        </button>
      </form>,
    ),
    soft(say('logout.why')),
    wayOn('/account', say('logout.stay')),
  )
}

export function signedOutPage(locale: Locale, config: CardConfig): string {
  const say = sayIn(locale, config)
  return headedCard(
    locale,
    config,
    say('logout.done.heading'),
    paragraph(say('logout.done.why')),
    wayOn('/sign-in', say('go.signIn')),
  )
}
