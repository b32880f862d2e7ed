/** @jsxImportSource @kitajs/html */
/** The page of an authorization that cannot go on. It tells a person what to do; the log tells a developer why. */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { card, type CardConfig, sayIn } from './card.tsx'
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
  const heading = say(`error.${page}.heading`)
  const link = (url: string, text: string): string =>
    toHtml(
      <p>
        <a class="button" href={escapeHtml(url)} safe>
          {text}
        </a>
      </p>,
    )
  return card(
    locale,
    config,
    heading,
    toHtml(
      <section>
        <h1 safe>{heading}</h1>
        <p safe>{say(`error.${page}.why`)}</p>
        {signInUrl === undefined ? '' : link(signInUrl, say('error.signIn'))}
        {back === undefined ? '' : link(back.url, say('error.back', { client: back.client }))}
        <p class="soft">
          <span safe>{say('error.requestId')}</span> <code safe>{requestId}</code>
        </p>
      </section>,
    ),
  )
}
