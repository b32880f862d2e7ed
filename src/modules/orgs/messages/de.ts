import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'fact.org': 'Organisation',
  'org-deleted.subject': 'Eine Ihrer Organisationen bei {brand} wurde gelöscht',
  'org-deleted.heading': 'Eine Ihrer Organisationen wurde gelöscht',
  'org-deleted.why':
    'Eine Organisation, die Ihnen gehört, wurde gelöscht. Ihre Mitglieder können sie nicht mehr benutzen. Wem die Organisation gehört, kann sie innerhalb von 30 Tagen wiederherstellen. Danach wird sie endgültig gelöscht.',
  'org-deleted.notYou':
    'Wenn niemand in der Organisation das wollte, stellen Sie sie wieder her und ändern Sie Ihr Passwort.',
  'org-transferred.subject': 'Eine Organisation bei {brand} hat den Besitz gewechselt',
  'org-transferred.heading': 'Eine Organisation hat den Besitz gewechselt',
  'org-transferred.why': 'Eine Organisation, die Ihnen gehört oder gehörte, wurde einem ihrer Mitglieder übertragen.',
  'org-transferred.notYou':
    'Wenn niemand in der Organisation das wollte, wenden Sie sich sofort an den Support von {brand} und ändern Sie Ihr Passwort.',
}
