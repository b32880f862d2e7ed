import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'fact.org': 'Organisation',
  'org-deleted.subject': 'Une de vos organisations sur {brand} a été supprimée',
  'org-deleted.heading': 'Une de vos organisations a été supprimée',
  'org-deleted.why':
    'Une organisation dont vous êtes propriétaire a été supprimée. Ses membres ne peuvent plus l’utiliser. Un propriétaire peut la rétablir dans les 30 jours. Ensuite, elle est effacée.',
  'org-deleted.notYou': 'Si personne dans l’organisation ne le voulait, rétablissez-la et changez votre mot de passe.',
  'org-transferred.subject': 'Une organisation sur {brand} a un nouveau propriétaire',
  'org-transferred.heading': 'Une organisation a un nouveau propriétaire',
  'org-transferred.why':
    'Une organisation dont vous êtes ou étiez propriétaire a été transférée à l’un de ses membres.',
  'org-transferred.notYou':
    'Si personne dans l’organisation ne le voulait, contactez tout de suite l’assistance de {brand} et changez votre mot de passe.',
}
