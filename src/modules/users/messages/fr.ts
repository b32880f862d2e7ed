import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'account-deleted.subject': 'Votre compte {brand} a été supprimé',
  'account-deleted.heading': 'Votre compte a été supprimé',
  'account-deleted.why':
    'Votre compte {brand} n’existe plus. Il n’est plus possible de s’y connecter. C’est le dernier e-mail à son sujet.',
  'account-deleted.notYou': 'Si ce n’était pas vous, contactez tout de suite l’assistance de {brand}.',
  'username-changed.subject': 'Le nom d’utilisateur de votre compte {brand} a été changé',
  'username-changed.heading': 'Votre nom d’utilisateur a été changé',
  'username-changed.why':
    'Votre compte {brand} a un autre nom d’utilisateur, ou n’en a plus. Connectez-vous avec le nouveau nom ou avec votre adresse e-mail.',
  'username-changed.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : choisissez un nouveau mot de passe et prévenez l’assistance de {brand}.',
}
