/** @jsxImportSource @kitajs/html */
/** The page of an authorization that cannot go on. It tells a person what to do; the log tells a developer why. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { type CardConfig, sayIn } from './card.tsx'
import { paragraph } from '../pages/parts.tsx'
import { headedCard, wayOn } from './card-parts.tsx'
import type { PageName } from './recipient.ts'

export interface ErrorView {
  page: PageName
  requestId: string
  /** To the app, with the error; absent: the app is not certain. */
  back?: { url: string; client: string } | undefined
  /** To a sign-in with another account. */
  signInUrl?: string | undefined
}

export function errorPage(locale: Locale, config: CardConfig, { page, requestId, back, signInUrl }: ErrorView): string {
  const say = sayIn(locale, config)
  const link = (url: string, text: string): string =>
    toHtml(
      <p>
        <a class="button" href={escapeHtml(url)} safe>
          {text}
        </a>
      </p>,
    )
  return headedCard(
    locale,
    config,
    say(`error.${page}.heading`),
    paragraph(say(`error.${page}.why`)),
    signInUrl === undefined ? '' : link(signInUrl, say('error.signIn')),
    back === undefined ? wayOn('/', say('go.home')) : link(back.url, say('error.back', { client: back.client })),
    toHtml(
      <p class="soft">
        <span safe>{say('error.requestId')}</span> <code safe>{requestId}</code>
      </p>,
    ),
  )
}
