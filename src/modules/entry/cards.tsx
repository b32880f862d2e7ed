/** @jsxImportSource @kitajs/html */
/** The parts that the cards of the steps share. */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import type { Brand } from '../pages/brand.ts'
import { hiddenField, paragraph } from '../pages/parts.tsx'
import type { App } from './app-hint.ts'
import { type FieldScene, NOTICE } from './fields.tsx'
import { inAbout } from './messages/say.ts'
import { pathTo, type Trip } from './trip.ts'
import { pageOf } from './view.ts'

export interface Scene extends FieldScene {
  locale: Locale
  trip: Trip
  config: Config
  brand: Brand
  app: App | undefined
  /** Who is signed in in this browser. */
  account: string | undefined
  /** Those that signed in in this browser before. */
  accounts: readonly string[]
}

export interface Card {
  /** As text. */
  heading: string
  html: string
}

/** One step. The heading is the only `h1` of the page. `parts` are HTML. */
export const card = (scene: Scene, heading: string, why: string, ...parts: string[]): Card => ({
  heading,
  html: toHtml(
    <section data-state={scene.view.step}>
      <h1 safe>{heading}</h1>
      {why === '' ? '' : paragraph(why)}
      {alert(scene)}
      {parts.join('')}
    </section>,
  ),
})

/** The app to which the person goes on, or nothing. */
export const whereTo = ({ say, app }: Scene): string =>
  app === undefined ? '' : app === null ? say('app.onThisDevice') : say('app.named', { app })

/** Any element may have it (HTML, "The autofocus attribute"); the types of the templates know it of fields alone. */
const FOCUS = { autofocus: true }

/**
 * What went wrong, or well. A new page is not read aloud from its alert, so the alert takes the focus: a screen reader begins
 * there.
 */
const alert = ({ say, locale, view: { notice } }: Scene): string => {
  if (notice === undefined) return toHtml(<div role="alert" id={NOTICE} tabindex={-1}></div>)
  const { message, tone, reasons = [], retryAfterSeconds = 60 } = notice
  const text = say(message, { when: inAbout(locale, retryAfterSeconds) })
  return toHtml(
    <div role="alert" id={NOTICE} data-tone={tone} tabindex={-1} {...FOCUS}>
      {[text, ...reasons].map(paragraph).join('')}
    </div>,
  )
}

/**
 * The form of a step: it posts to the page itself. `act` is what its button does; another button may name another act.
 */
export const form = ({ trip, view }: Scene, act: string, ...parts: string[]): string =>
  toHtml(
    <form
      id="form"
      method="post"
      action={escapeHtml(pathTo(pageOf[view.step], trip, { step: trip.step }))}
      autocomplete="on"
    >
      {hiddenField('act', act)}
      {hiddenField('waiting', view.sealed)}
      {parts.join('')}
    </form>,
  )

/** A button of the form that stands after it: it does something else with the same fields, which may be empty. */
export const also = (act: string, label: string, look: 'button quiet' | 'link' = 'link'): string =>
  toHtml(
    <p>
      <button class={look} type="submit" form="form" name="also" value={escapeHtml(act)} formnovalidate safe>
        {label}
      </button>
    </p>,
  )

/** Shown by the script, in browsers with passkeys. `use`: what the passkey is for. */
export const passkey = (scene: Scene, use: 'sign-in' | 'factor' | 'step-up'): string =>
  toHtml(
    <p data-passkeys hidden>
      <button
        class="button quiet"
        type="button"
        data-passkey={use}
        data-challenge={escapeHtml(scene.view.challenge?.token ?? '')}
        safe
      >
        {scene.say('passkey')}
      </button>
    </p>,
  )

/** `fragment`: the old names of the step, which open it after a `#`. */
export const link = (href: string, label: string, { before = '', fragment = '' } = {}): string =>
  toHtml(
    <p class="way" {...(fragment === '' ? {} : { 'data-fragment': escapeHtml(fragment) })}>
      {before === '' ? '' : toHtml(<span safe>{`${before} `}</span>)}
      <a class="link" href={escapeHtml(href)} safe>
        {label}
      </a>
    </p>,
  )

/** The other ways, at the end of the card. `links` are HTML. */
export const ways = (...links: string[]): string => toHtml(<div class="ways">{links.join('')}</div>)

export const divider = ({ say }: Scene): string =>
  toHtml(
    <p class="or" aria-hidden="true">
      <span safe>{say('or')}</span>
    </p>,
  )

/** An address, as text: of the account, or of the mail. `more` is HTML. */
export const addressBox = (label: string, address: string, more = ''): string =>
  toHtml(
    <div class="account" data-account>
      <span safe>{label}</span>
      <strong safe>{address}</strong>
      {more}
    </div>,
  )
