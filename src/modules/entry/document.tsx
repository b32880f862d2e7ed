/** @jsxImportSource @kitajs/html */
/** The document of these pages, and its answer. Everything works without the script, except passkeys and links of mails. */
import { escapeHtml } from '@kitajs/html'
import manifest from '../../../package.json' with { type: 'json' }
import type { Shown } from '../../lib/answered.ts'
import { formPageHeaders, pagePolicy } from '../../lib/page-policy.ts'
import { toHtml } from '../mail/to-html.ts'
import { frame } from '../pages/frame.tsx'
import { confirmCard, forgotCard, newCard, resetCard } from './account-cards.tsx'
import type { Card, Scene } from './cards.tsx'
import { type MessageName, speak } from './messages/say.ts'
import { codeCard, doneCard, enterCard, factorCard, freshCard, secondCard } from './sign-in-cards.tsx'
import { pathTo } from './trip.ts'
import type { Step } from './view.ts'

const CARDS: Readonly<Record<Step, (scene: Scene) => Card>> = {
  enter: enterCard,
  code: codeCard,
  second: secondCard,
  factor: factorCard,
  fresh: freshCard,
  done: doneCard,
  new: newCard,
  confirm: confirmCard,
  forgot: forgotCard,
  reset: resetCard,
}

/** What the script may have to say. */
const SAID = [
  'link.damaged',
  'provider.flow_invalid',
  'passkey.invalid',
  'passkey.cancelled',
  'mfa.challenge_invalid',
  'request.rate_limited',
  'request.origin_refused',
  'server.busy',
  'server.error',
  'offline',
  'signedOut',
] as const

function page(scene: Scene): string {
  const { locale, config, view, trip, brand } = scene
  const { heading, html } = CARDS[view.step](scene)
  return frame({
    brand,
    locale,
    appUrl: config.appUrl,
    title: heading,
    content: html,
    scripts: [`/sign-in/assets/main.js?v=${encodeURIComponent(manifest.version)}`],
    after: onward(pathTo('sign-in', trip, { from: 'form' })) + sayings(scene),
  })
}

/** Where the script goes on after a passkey. It makes no URL. */
const onward = (path: string): string =>
  toHtml(
    <a hidden data-onward href={escapeHtml(path)} safe>
      {path}
    </a>,
  )

const sayings = ({ say }: Scene): string =>
  SAID.map((name) =>
    toHtml(
      <p hidden id={`say-${name}`} safe>
        {say(`say.${name}` satisfies MessageName, { when: '{when}' })}
      </p>,
    ),
  ).join('')

const HEADERS = { ...formPageHeaders(pagePolicy({ forms: ["'self'"] })), vary: 'Accept-Language' }

/** The page with this status. `more`: other headers of its own. */
export function shown(scene: Omit<Scene, 'say'>, status = 200, more: Readonly<Record<string, string>> = {}): Shown {
  const { locale, config, brand } = scene
  const say = speak(locale, { brand: brand.name, host: new URL(config.appUrl).host })
  return { html: page({ ...scene, say }), status, headers: { ...HEADERS, ...more } }
}
