/** @jsxImportSource @kitajs/html */
/**
 * One page with all its states. The script shows one state at a time. Without the script, the page says that it needs
 * JavaScript.
 *
 * Text is inserted with `safe`, as in mails. Without `safe`, children are not escaped. Forms do not post by
 * themselves, because the content security policy would block that. The script sends the values of the form.
 */
import { escapeHtml } from '@kitajs/html'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { type BrandConfig, brandOf } from './brand.ts'
import { code, email, factorCode, password } from './fields.tsx'
import { frame } from './frame.tsx'
import { joinSections } from './join-sections.tsx'
import { kinds, type PageName } from './kinds.ts'
import { en } from './messages/en.ts'
import { type MessageName, type Say, speak } from './messages/say.ts'
import { submit } from './parts.tsx'
import { passkey, type Scene, type Setting, section, turnTo } from './sections.tsx'

/** The whole HTML document. `script` is the URL of the script with its version. */
export function page(name: PageName, locale: Locale, config: Setting & BrandConfig, script: string): string {
  const say = speak(locale, { brand: config.brandName, host: new URL(config.appUrl).host, when: '{when}' })
  // The message of this page if it exists, else the message that all pages share.
  const own = (message: string) => say((`${name}.${message}` in en ? `${name}.${message}` : message) as MessageName)
  const scene: Scene = { name, kind: kinds[name], say, own, config }
  return frame({
    brand: brandOf(config),
    locale,
    appUrl: config.appUrl,
    title: own('link.heading'),
    content: [
      withoutScript(scene),
      byLink(scene),
      scene.kind.needsSession ? joinSections(scene) : byCode(scene),
      ask(scene),
      scene.kind.needsSession ? factor(scene.say) : '',
      done(scene),
    ].join(''),
    after: sayings(own),
    scripts: [script],
    marks: {
      'data-brand': escapeHtml(config.brandName),
      ...(scene.kind.needsSession && { 'data-needs-session': true }),
    },
  })
}

/** Visible until the script shows another section. */
const withoutScript = ({ name, own, say }: Scene): string =>
  toHtml(
    <section data-state="start">
      <h1 safe>{own('link.heading')}</h1>
      <noscript>
        <p safe>{own('noscript')}</p>
        {name !== 'reset-password'
          ? ''
          : toHtml(
              <p>
                <a href="/forgot-password" safe>
                  {own('noscript.link')}
                </a>
              </p>,
            )}
      </noscript>
      <p class="late" safe>
        {say('late')}
      </p>
    </section>,
  )

/** The state after a link was opened: one click does what the link is for. */
const byLink = ({ name, kind, own, config, say }: Scene): string =>
  section(
    'link',
    own('link.heading'),
    own('link.why'),
    kind.needsSession ? invitedTo(own) : '',
    toHtml(
      <form method="post" data-action={kind.redeem} data-next="done" data-token>
        {kind.setsPassword ? password('link', say, config) : ''}
        {submit(own('link.button'))}
      </form>,
    ),
    toHtml(
      <p class="soft" safe>
        {say(`${name}.link.notYou`)}
      </p>,
    ),
  )

/** The script puts the names into it: the server does not learn the link before. */
const invitedTo = (own: Scene['own']): string =>
  toHtml(
    <div aria-live="polite">
      <div class="account" data-told hidden>
        {told('org', own('link.org'))}
        {told('inviter', own('link.inviter'))}
      </div>
    </div>,
  )

/** A name of others has a direction of its own. */
const told = (name: 'org' | 'inviter', label: string): string =>
  toHtml(
    <p data-name={name}>
      <span safe>{label}</span>
      <strong>
        <bdi></bdi>
      </strong>
    </p>,
  )

const byCode = ({ kind, own, say, config }: Scene): string =>
  section(
    'code',
    own('link.heading'),
    say('code.why'),
    toHtml(
      <form method="post" data-action={kind.redeem} data-next="done">
        {email('code', say)}
        {code(say)}
        {kind.setsPassword ? password('code', say, config) : ''}
        {submit(own('link.button'))}
      </form>,
    ),
    turnTo('ask', say('code.ask')),
  )

/** The form that asks for a new mail. If a new mail needs a session, the text says how to get one. */
const ask = ({ kind, own, say }: Scene): string =>
  section(
    'ask',
    own('ask.heading'),
    own('ask.why'),
    kind.ask === undefined
      ? ''
      : toHtml(
          <form method="post" data-action={kind.ask} data-next="code">
            {email('ask', say)}
            {submit(say('ask.button'))}
          </form>,
        ),
    turnTo('code', say('ask.code')),
  )

/** The form for the second factor, for accounts that have one. */
const factor = (say: Say): string =>
  section(
    'factor',
    say('factor.heading'),
    say('factor.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/mfa/verify" data-next="link" data-factor>
        {factorCode(say)}
        {submit(say('factor.button'))}
      </form>,
    ),
    passkey(say('factor.passkey')),
  )

/** The link leads to the account of the person, who may have to sign in there. */
const done = ({ name, say, config }: Scene): string =>
  section(
    'done',
    say(`${name}.done.heading`),
    say(`${name}.done.why`),
    toHtml(
      <p>
        <a class="button" href={escapeHtml(`${config.appUrl}/account`)} safe>
          {say('done.return')}
        </a>
      </p>,
    ),
  )

const SAY = 'say.'

/** The messages that the script can show, in the language of the page. */
const sayings = (own: Scene['own']): string =>
  Object.keys(en)
    .filter((name) => name.startsWith(SAY))
    .map((name) =>
      toHtml(
        <p hidden id={`say-${name.slice(SAY.length)}`} safe>
          {own(name)}
        </p>,
      ),
    )
    .join('')
