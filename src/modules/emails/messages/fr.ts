import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'fact.newEmail': 'Nouvelle adresse e-mail',
  'verify-email.subject': 'Confirmez votre adresse e-mail pour {brand}',
  'verify-email.heading': 'Confirmez votre adresse e-mail',
  'verify-email.why': 'Quelqu’un a donné cette adresse pour un compte {brand}. Confirmez qu’elle est à vous.',
  'verify-email.button': 'Confirmer l’adresse e-mail',
  'verify-email.notYou':
    'Si ce n’était pas vous, ignorez cet e-mail. Sans le code, personne d’autre ne peut utiliser votre adresse.',
  'change-email.subject': 'Confirmez votre nouvelle adresse e-mail pour {brand}',
  'change-email.heading': 'Confirmez votre nouvelle adresse e-mail',
  'change-email.why':
    'Quelqu’un a demandé à utiliser cette adresse pour un compte {brand}. Confirmez qu’elle est à vous.',
  'change-email.button': 'Confirmer la nouvelle adresse e-mail',
  'change-email.notYou':
    'Si ce n’était pas vous, ignorez cet e-mail. Sans le code, personne d’autre ne peut utiliser votre adresse.',
  'email-changed.subject': 'Votre adresse e-mail pour {brand} a été changée',
  'email-changed.heading': 'Votre adresse e-mail a été changée',
  'email-changed.why':
    'Votre compte {brand} a une nouvelle adresse e-mail. Désormais, les e-mails sont envoyés seulement à la nouvelle adresse.',
  'email-changed.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : prévenez tout de suite l’assistance de {brand}.',
  'unproved-removed.subject':
    'Des moyens de connexion antérieurs à la confirmation de votre adresse sur {brand} ont été supprimés',
  'unproved-removed.heading': 'Des moyens de connexion antérieurs ont été supprimés',
  'unproved-removed.why':
    'Vous avez confirmé votre adresse e-mail sur {brand}. Tous les moyens de connexion antérieurs, comme un mot de passe, une clé d’accès ou une application d’authentification, ont été supprimés, car quelqu’un d’autre les avait peut-être mis en place.',
  'unproved-removed.notYou':
    'Si vous les aviez mis en place vous-même, recommencez. Pour un mot de passe, utilisez « Mot de passe oublié ». Ajoutez les clés d’accès et les applications après votre connexion.',
}
