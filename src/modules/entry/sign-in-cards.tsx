/** @jsxImportSource @kitajs/html */
/** The steps of the sign-in page. */
import { escapeHtml } from '@kitajs/html'
import { signInAfterProvider } from '../../lib/return-urls.ts'
import { toHtml } from '../mail/to-html.ts'
import { hiddenField, soft, submit } from '../pages/parts.tsx'
import { addressBox, also, type Card, card, divider, form, link, passkey, type Scene, ways, whereTo } from './cards.tsx'
import { accountChooser, signOutForm } from './chooser/account-chooser.tsx'
import { anyCodeField, codeField, currentPassword, emailField, ownerOfPassword, rememberField } from './fields.tsx'
import { pathTo } from './trip.ts'

/** Sign-in by password, and every other way. */
export const enterCard = (scene: Scene): Card => {
  const { say, trip } = scene
  const entered = card(
    scene,
    say('enter.heading'),
    whereTo(scene),
    signedInBox(scene),
    accountChooser(scene),
    form(
      scene,
      'password',
      emailField(scene, 'username webauthn'),
      currentPassword(scene, link(pathTo('forgot-password', trip), say('enter.forgotten'))),
      submit(say('enter.button')),
    ),
    divider(scene),
    passkey(scene, 'sign-in'),
    also('mail', say('mailCode'), 'button quiet'),
    providers(scene),
    ways(
      link(pathTo('sign-up', trip), say('enter.create'), { before: say('enter.newHere'), fragment: 'new' }),
      link(pathTo('sign-in', trip, { step: 'code' }), say('haveCode'), { fragment: 'code' }),
      withoutScript(say('noscript.link')),
    ),
  )
  return { ...entered, html: `${linkCard(scene)}${entered.html}` }
}

/** A person who is signed in may go on, unless the page that sent them here asks for a new sign-in. */
export const signedInBox = ({ say, account, trip, locale }: Scene): string =>
  account === undefined
    ? ''
    : addressBox(
        say('signedInAs'),
        account,
        (trip.returnTo?.startsWith('/oauth/') === true
          ? ''
          : toHtml(
              <a class="other" href={escapeHtml(trip.target)} safe>
                {say('goOn')}
              </a>,
            )) + signOutForm(locale),
      )

/**
 * The link of a mail: the script shows it, puts the token into the field, and sends nothing before the person presses the
 * button.
 */
const linkCard = (scene: Scene): string => {
  const { say, trip } = scene
  return toHtml(
    <section data-state="link" hidden>
      <h1 tabindex={-1} safe>
        {say('enter.heading')}
      </h1>
      <p safe>{say('link.why')}</p>
      <form id="link" method="post" action={escapeHtml(pathTo('sign-in', trip))}>
        {hiddenField('act', 'link')}
        {hiddenField('token', '')}
        {submit(say('enter.button'))}
      </form>
      {soft(say('link.notYou'))}
    </section>,
  )
}

/** Each leads to the provider and back to this page. */
export const providers = ({ say, config: { providers: known, appUrl }, trip: { returnTo, org } }: Scene): string =>
  known
    .map(({ id, name }) => {
      const query = new URLSearchParams({ returnTo: signInAfterProvider(appUrl, returnTo, org) })
      return toHtml(
        <p>
          <a class="button quiet" href={escapeHtml(`/v1/auth/providers/${id}/start?${query}`)} safe>
            {say('provider', { provider: name })}
          </a>
        </p>,
      )
    })
    .join('')

/** The code of a mail. Without a mail that this browser asked for, the person types the address too. */
export const codeCard = (scene: Scene): Card => {
  const { say, trip, view } = scene
  const isSent = view.email !== undefined
  return card(
    scene,
    say(isSent ? 'code.heading' : 'code.heading.typed'),
    say(isSent ? 'code.why' : 'code.why.typed'),
    isSent ? addressBox(say('sentTo'), view.email ?? '') : '',
    form(scene, 'code', isSent ? '' : emailField(scene, 'username'), codeField(scene), submit(say('continue'))),
    ways(also('mail', say('mailAgain')), link(pathTo('sign-in', trip), say('otherWay'))),
  )
}

/** The second factor of a sign-in. */
export const secondCard = (scene: Scene): Card => {
  const { say, trip, view } = scene
  const factors = view.challenge?.factors ?? []
  const takesCode = factors.some((factor) => factor !== 'passkey')
  const takesPasskey = factors.includes('passkey')
  return card(
    scene,
    say('second.heading'),
    say(takesCode ? 'second.why' : 'second.why.passkey'),
    takesCode
      ? form(scene, 'second', anyCodeField(scene), rememberField(scene), submit(say('continue')))
      : paragraphOf(rememberField(scene)),
    takesPasskey ? passkey(scene, 'factor') : '',
    takesPasskey ? withoutScript(say('noscript.passkey')) : '',
    ways(link(pathTo('sign-in', trip), say('otherWay'))),
  )
}

/** A second factor for the session that there is. */
export const factorCard = (scene: Scene): Card => {
  const { say, trip, view } = scene
  return card(
    scene,
    say(trip.step === 'fresh' ? 'fresh.heading' : 'second.heading'),
    say(trip.step === 'fresh' ? 'fresh.why' : 'factor.why'),
    addressBox(say('account'), view.email ?? ''),
    form(scene, 'factor', codeField(scene, 'field.appCode'), submit(say('continue'))),
    passkey(scene, 'step-up'),
    ways(link(pathTo('sign-in', trip), say('otherAccount'))),
  )
}

/** A new proof for the session that there is, of an account without a second factor. */
export const freshCard = (scene: Scene): Card => {
  const { say, trip, view } = scene
  const email = view.email ?? ''
  return card(
    scene,
    say('fresh.heading'),
    say('fresh.why'),
    addressBox(say(view.byCode ? 'sentTo' : 'account'), email),
    view.byCode
      ? form(scene, 'fresh-code', codeField(scene), submit(say('continue')))
      : form(scene, 'fresh', ownerOfPassword(email), currentPassword(scene), submit(say('continue'))),
    passkey(scene, 'step-up'),
    ways(
      also('fresh-mail', say(view.byCode ? 'mailAgain' : 'mailCode')),
      link(pathTo('sign-in', trip), say('otherAccount')),
    ),
  )
}

/** The sign-in is over, and the browser goes on by itself (`Refresh`). */
export const doneCard = (scene: Scene): Card => {
  const { say, trip, account } = scene
  return card(
    scene,
    say('done.heading'),
    say('done.why'),
    addressBox(say('account'), account ?? ''),
    toHtml(
      <p>
        <a class="button" href={escapeHtml(trip.target)} safe>
          {say('continue')}
        </a>
      </p>,
    ),
  )
}

/** `content` is HTML. */
const paragraphOf = (content: string): string => toHtml(<p>{content}</p>)

const withoutScript = (text: string): string => toHtml(<noscript>{soft(text)}</noscript>)
