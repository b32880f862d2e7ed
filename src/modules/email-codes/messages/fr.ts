import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'sign-in.subject': 'Votre code de connexion pour {brand}',
  'sign-in.heading': 'Se connecter à {brand}',
  'sign-in.why': 'Quelqu’un a demandé à se connecter à votre compte avec cette adresse e-mail.',
  'sign-in.button': 'Se connecter',
  'sign-in.notYou': 'Si ce n’était pas vous, ignorez cet e-mail. Sans le code, personne d’autre ne peut se connecter.',
}
