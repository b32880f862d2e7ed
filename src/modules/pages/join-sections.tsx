/** @jsxImportSource @kitajs/html */
/**
 * The sections in which a person without a session signs in or signs up. Each leads back to the section of the link, which is
 * used there by a click.
 */
import { escapeHtml } from '@kitajs/html'
import { toHtml } from '../mail/to-html.ts'
import { code, currentPassword, email, password } from './fields.tsx'
import { submit } from './parts.tsx'
import { type Scene, section, turnTo } from './sections.tsx'

export const joinSections = (scene: Scene): string =>
  [enter(scene), byMail(scene), newAccount(scene), confirm(scene), again(scene), missing(scene)].join('')

/** Sign-in by password, and the other ways. */
const enter = (scene: Scene): string => {
  const { say, own } = scene
  return section(
    'enter',
    own('enter.heading'),
    own('enter.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/sign-in" data-next="link" data-cookie>
        {email('enter', say)}
        {currentPassword(say)}
        {submit(say('enter.button'))}
      </form>,
    ),
    turnTo('ask', say('enter.byMail')),
    turnTo('new', say('new.heading')),
  )
}

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
const confirm = ({ say }: Scene): string =>
  section(
    'confirm',
    say('confirm.heading'),
    say('code.why'),
    toHtml(
      <form method="post" data-action="/v1/auth/verify-email" data-next="link">
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

/** The page was opened without a link. The account page lists the invitations of the person. */
const missing = ({ own, config }: Scene): string =>
  section(
    'missing',
    own('link.heading'),
    own('missing.why'),
    toHtml(
      <p class="way">
        <a class="link" href={escapeHtml(`${config.appUrl}/account`)} safe>
          {own('missing.account')}
        </a>
      </p>,
    ),
  )
