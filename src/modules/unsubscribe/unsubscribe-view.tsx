/** @jsxImportSource @kitajs/html */
/** The pages of a link that ends mails about notifications. They need no script. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { type CardConfig, sayIn } from '../authorize/card.tsx'
import { headedCard, wayOn } from '../authorize/card-parts.tsx'
import { toHtml } from '../mail/to-html.ts'
import { hiddenField, paragraph, soft, submit } from '../pages/parts.tsx'

const SETTINGS = '/account'

export function askPage(locale: Locale, config: CardConfig, token: string): string {
  const say = sayIn(locale, config)
  return headedCard(
    locale,
    config,
    say('unsubscribe.heading'),
    paragraph(say('unsubscribe.why')),
    toHtml(
      <form method="post" action={escapeHtml(`/unsubscribe?${new URLSearchParams({ token })}`)}>
        {hiddenField('List-Unsubscribe', 'One-Click')}
        {submit(say('unsubscribe.button'))}
      </form>,
    ),
    soft(say('unsubscribe.others')),
    wayOn(SETTINGS, say('unsubscribe.settings')),
  )
}

export const endedPage = (locale: Locale, config: CardConfig): string => tellingPage(locale, config, 'done')

/** The link is cut, has ended, or was made with another secret. */
export const brokenPage = (locale: Locale, config: CardConfig): string => tellingPage(locale, config, 'broken')

function tellingPage(locale: Locale, config: CardConfig, what: 'done' | 'broken'): string {
  const say = sayIn(locale, config)
  return headedCard(
    locale,
    config,
    say(`unsubscribe.${what}.heading`),
    paragraph(say(`unsubscribe.${what}.why`)),
    wayOn(SETTINGS, say('unsubscribe.settings')),
  )
}
