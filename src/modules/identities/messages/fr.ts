import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'fact.provider': 'Fournisseur',
  'identity-linked.subject': 'Un nouveau moyen de se connecter à votre compte {brand}',
  'identity-linked.heading': 'Un nouveau moyen de se connecter',
  'identity-linked.why':
    'Une identité d’un autre fournisseur a été associée à votre compte {brand}. Désormais, elle peut servir à se connecter.',
  'identity-linked.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : dissociez-la, fermez toutes les autres sessions et changez votre mot de passe tout de suite.',
  'identity-unlinked.subject': 'Un moyen de se connecter à votre compte {brand} a été supprimé',
  'identity-unlinked.heading': 'Un moyen de se connecter a été supprimé',
  'identity-unlinked.why':
    'Une identité d’un autre fournisseur a été dissociée de votre compte {brand}. Elle ne peut plus servir à se connecter.',
  'identity-unlinked.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : fermez toutes les autres sessions et changez votre mot de passe tout de suite.',
}
