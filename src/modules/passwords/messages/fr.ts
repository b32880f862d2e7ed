import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'reset-password.subject': 'Réinitialisez votre mot de passe pour {brand}',
  'reset-password.heading': 'Réinitialisez votre mot de passe',
  'reset-password.why': 'Nous avons reçu une demande de nouveau mot de passe pour votre compte {brand}.',
  'reset-password.button': 'Choisir un nouveau mot de passe',
  'reset-password.notYou': 'Si ce n’était pas vous, ignorez cet e-mail : votre mot de passe reste le même.',
  'password-changed.subject': 'Votre mot de passe pour {brand} a été changé',
  'password-changed.heading': 'Votre mot de passe a été changé',
  'password-changed.why': 'Votre compte {brand} a un nouveau mot de passe.',
  'password-changed.notYou':
    'Si ce n’était pas vous, une autre personne utilise peut-être votre compte. Choisissez tout de suite un nouveau mot de passe, avec « Mot de passe oublié » là où vous vous connectez.',
}
