/** @jsxImportSource @kitajs/html */
/**
 * The sections in which a person without a session signs in or signs up. On a page with a link, each leads back to the
 * section of the link, which is used there by a click. On the sign-in page, each ends the work of the page.
 */
import { escapeHtml } from '@kitajs/html'
import { signInAfterProvider } from '../../lib/return-urls.ts'
import { toHtml } from '../mail/to-html.ts'
import { code, currentPassword, email, password } from './fields.tsx'
import { passkey, type Scene, section, submit, turnTo } from './sections.tsx'

export const joinSections = (scene: Scene): string =>
  [enter(scene), byMail(scene), newAccount(scene), confirm(scene), again(scene), missing(scene)].join('')

/** The sections of the sign-in page besides those of its link and its code. */
export const signInSections = (scene: Scene): string =>
  [enter(scene), newAccount(scene), confirm(scene), again(scene), stepUp(scene)].join('')

const nextOf = ({ kind }: Scene): string => (kind.needsSession ? 'link' : 'done')

/** Sign-in by password, and the other ways. */
const enter = (scene: Scene): string => {
  const { say, own, kind } = scene
  return section(
    'enter',
    own('enter.heading'),
    own('enter.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/sign-in" data-next={nextOf(scene)} data-cookie>
        {email('enter', say)}
        {currentPassword(say)}
        {submit(say('enter.button'))}
      </form>,
    ),
    kind.handsOver ? passkey('sign-in', say('enter.passkey')) : '',
    kind.handsOver ? providers(scene) : '',
    turnTo('ask', say('enter.byMail')),
    kind.handsOver ? forgotten(scene) : '',
    turnTo('new', say('new.heading')),
  )
}

/** Each leads to the provider and back to this page. */
const providers = ({ say, config }: Scene): string =>
  config.providers
    .map(({ id, name }) => {
      const query = new URLSearchParams({ returnTo: signInAfterProvider(config.appUrl) })
      return toHtml(
        <p>
          <a class="button quiet" href={escapeHtml(`/v1/auth/providers/${id}/start?${query}`)} safe>
            {say('enter.provider', { provider: name })}
          </a>
        </p>,
      )
    })
    .join('')

const forgotten = ({ say }: Scene): string =>
  toHtml(
    <p>
      <a class="link" href="/reset-password#ask" safe>
        {say('enter.forgotten')}
      </a>
    </p>,
  )

/** A second factor for the session that there is. */
const stepUp = ({ say }: Scene): string =>
  section(
    'step',
    say('factor.heading'),
    say('step.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/step-up" data-next="done" data-step>
        {code(say, 'step-code', 'field.appCode')}
        {submit(say('step.button'))}
      </form>,
    ),
    passkey('step-up', say('factor.passkey')),
    turnTo('enter', say('step.other')),
  )

/** Sign-in by the code of a mail. */
const byMail = ({ say }: Scene): string =>
  section(
    'code',
    say('enter.heading'),
    say('code.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/email-code/verify" data-next="link" data-cookie>
        {email('code', say)}
        {code(say)}
        {submit(say('enter.button'))}
      </form>,
    ),
    turnTo('ask', say('code.ask')),
  )

const newAccount = ({ say, own, config }: Scene): string =>
  section(
    'new',
    say('new.heading'),
    own('new.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/sign-up" data-next="confirm" data-cookie>
        {email('new', say)}
        {password('new', say, config)}
        {submit(say('new.button'))}
      </form>,
    ),
    turnTo('enter', say('new.enter')),
  )

/** Verification of the address of a new account. */
const confirm = ({ say, kind }: Scene): string =>
  section(
    'confirm',
    say('confirm.heading'),
    say('code.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/verify-email" data-next={kind.needsSession ? 'link' : 'enter'}>
        {email('confirm', say)}
        {code(say, 'confirm-code')}
        {submit(say('confirm.button'))}
      </form>,
    ),
    turnTo('again', say('code.ask')),
  )

const again = ({ say }: Scene): string =>
  section(
    'again',
    say('confirm.heading'),
    say('again.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/verify-email/resend" data-next="confirm">
        {email('again', say)}
        {submit(say('ask.button'))}
      </form>,
    ),
    turnTo('confirm', say('ask.code')),
  )

/** The page was opened without a link. */
const missing = ({ own }: Scene): string => section('missing', own('link.heading'), own('missing.why'))
