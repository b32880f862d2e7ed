/** @jsxImportSource @kitajs/html */
/** The steps of the pages for a new account and for a forgotten password. */
import { submit } from '../pages/parts.tsx'
import { addressBox, also, type Card, card, divider, form, link, type Scene, ways, whereTo } from './cards.tsx'
import { codeField, emailField, nameField, newPassword, ownerOfPassword } from './fields.tsx'
import { providers, signedInBox } from './sign-in-cards.tsx'
import { pathTo } from './trip.ts'

export const newCard = (scene: Scene): Card => {
  const { say, trip, config } = scene
  return card(
    scene,
    say('new.heading'),
    whereTo(scene),
    signedInBox(scene),
    form(
      scene,
      'new',
      nameField(scene),
      emailField(scene, 'username'),
      newPassword(scene, 'field.password', config.passwordMinLength),
      submit(say('new.button')),
    ),
    config.providers.length === 0 ? '' : divider(scene),
    providers(scene),
    ways(link(pathTo('sign-in', trip), say('new.signIn'), { before: say('new.known') })),
  )
}

/** The code that confirms the address of a new account. */
export const confirmCard = (scene: Scene): Card => {
  const { say, trip, view } = scene
  return card(
    scene,
    say('confirm.heading'),
    say('confirm.why'),
    addressBox(say('sentTo'), view.email ?? ''),
    form(scene, 'confirm', codeField(scene), submit(say('continue'))),
    ways(also('confirm-mail', say('mailAgain')), link(pathTo('sign-up', trip), say('confirm.otherAddress'))),
  )
}

export const forgotCard = (scene: Scene): Card => {
  const { say, trip } = scene
  return card(
    scene,
    say('forgot.heading'),
    say('forgot.why'),
    form(scene, 'forgot', emailField(scene, 'username'), submit(say('continue'))),
    ways(link(pathTo('sign-in', trip), say('forgot.back'))),
  )
}

/** The code of a mail, and the new password. */
export const resetCard = (scene: Scene): Card => {
  const { say, trip, view, config } = scene
  const email = view.email ?? ''
  return card(
    scene,
    say('reset.heading'),
    say('reset.why'),
    addressBox(say('sentTo'), email),
    form(
      scene,
      'reset',
      ownerOfPassword(email),
      codeField(scene),
      newPassword(scene, 'field.newPassword', config.passwordMinLength),
      submit(say('continue')),
    ),
    ways(also('reset-mail', say('mailAgain')), link(pathTo('sign-in', trip), say('forgot.back'))),
  )
}
