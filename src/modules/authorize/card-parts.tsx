/** @jsxImportSource @kitajs/html */
/** The parts that the cards share. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { type CardConfig, card } from './card.tsx'
import type { Say } from './messages/say.ts'

/** The whole HTML document of a card whose title is its heading. `parts` are HTML. */
export const headedCard = (locale: Locale, config: CardConfig, heading: string, ...parts: string[]): string =>
  card(locale, config, heading, headed(heading, ...parts))

/** `parts` are HTML. */
export const headed = (heading: string, ...parts: string[]): string =>
  toHtml(
    <section>
      <h1 safe>{heading}</h1>
      {parts.join('')}
    </section>,
  )

export const warning = (text: string): string =>
  toHtml(
    <p class="warning" safe>
      {text}
    </p>,
  )

/** No page is a dead end. `path`: of our own. */
export const wayOn = (path: string, text: string): string =>
  toHtml(
    <p class="way">
      <a class="link" href={path} safe>
        {text}
      </a>
    </p>,
  )

/** Who is signed in. `otherAccountUrl` leads to a sign-in with another account; null: there is no such way here. */
export const accountBox = (say: Say, account: string, otherAccountUrl: string | null): string =>
  toHtml(
    <div class="account">
      <span safe>{say('consent.account')}</span>
      <strong safe>{account}</strong>
      {otherAccountUrl === null
        ? ''
        : toHtml(
            <a class="other" href={escapeHtml(otherAccountUrl)} safe>
              {say('consent.otherAccount')}
            </a>,
          )}
    </div>,
  )
