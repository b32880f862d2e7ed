import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'account-exists.subject': 'Vous avez déjà un compte {brand}',
  'account-exists.heading': 'Vous avez déjà un compte',
  'account-exists.why':
    'Nous avons reçu une inscription à {brand} avec cette adresse e-mail, mais l’adresse a déjà un compte. Connectez-vous.',
  'account-exists.forgotten': 'Si vous ne connaissez plus votre mot de passe, choisissez-en un nouveau :',
  'account-exists.button': 'Choisir un nouveau mot de passe',
  'account-exists.notYou': 'Si ce n’était pas vous, il n’y a rien à faire. Votre compte ne change pas.',
}
