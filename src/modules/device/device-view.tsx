/** @jsxImportSource @kitajs/html */
/** The pages besides the consent card: where the code is typed, and the end. They need no script. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { type CardConfig, sayIn } from '../authorize/card.tsx'
import { accountBox, headedCard, wayOn } from '../authorize/card-parts.tsx'
import { toHtml } from '../mail/to-html.ts'
import { deviceCodeInput, field } from '../pages/field.tsx'
import { paragraph } from '../pages/parts.tsx'

export interface EntryView {
  account: string
  /** Leads to a sign-in with another account. */
  otherAccountUrl: string
  /** From the URL: it only fills the field in. */
  code: string
  problem: 'wrong' | 'tooMany' | undefined
}

export function entryPage(
  locale: Locale,
  config: CardConfig,
  { account, otherAccountUrl, code, problem }: EntryView,
): string {
  const say = sayIn(locale, config)
  return headedCard(
    locale,
    config,
    say('device.heading'),
    paragraph(say(code === '' ? 'device.why' : 'device.compare')),
    problem === undefined
      ? ''
      : toHtml(
          <p class="warning" role="alert" safe>
            {say(`device.${problem}`)}
          </p>,
        ),
    accountBox(say, account, otherAccountUrl),
    toHtml(
      <form method="post" action="/device">
        {field({
          id: 'code',
          label: say('device.code'),
          input: { ...deviceCodeInput, title: escapeHtml(say('device.code.hint')), value: escapeHtml(code) },
        })}
        <button class="button" type="submit" safe>
          {say('device.continue')}
        </button>
      </form>,
    ),
  )
}

export function donePage(locale: Locale, config: CardConfig, result: 'allowed' | 'denied'): string {
  const say = sayIn(locale, config)
  return headedCard(
    locale,
    config,
    say(`device.${result}.heading`),
    paragraph(say(`device.${result}.why`)),
    wayOn('/account', say('go.account')),
  )
}
