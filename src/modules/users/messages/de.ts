import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'account-deleted.subject': 'Ihr Konto bei {brand} wurde gelöscht',
  'account-deleted.heading': 'Ihr Konto wurde gelöscht',
  'account-deleted.why':
    'Ihr Konto bei {brand} gibt es nicht mehr. Eine Anmeldung ist nicht möglich. Dies ist die letzte E-Mail dazu.',
  'account-deleted.notYou': 'Wenn Sie das nicht waren, wenden Sie sich sofort an den Support von {brand}.',
  'username-changed.subject': 'Der Benutzername Ihres Kontos bei {brand} wurde geändert',
  'username-changed.heading': 'Ihr Benutzername wurde geändert',
  'username-changed.why':
    'Ihr Konto bei {brand} hat einen anderen Benutzernamen oder keinen mehr. Melden Sie sich mit dem neuen oder mit Ihrer E-Mail-Adresse an.',
  'username-changed.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Wählen Sie ein neues Passwort und melden Sie es dem Support von {brand}.',
}
