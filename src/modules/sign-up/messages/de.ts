import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'account-exists.subject': 'Sie haben bereits ein Konto bei {brand}',
  'account-exists.heading': 'Sie haben bereits ein Konto',
  'account-exists.why':
    'Jemand wollte bei {brand} ein Konto mit dieser E-Mail-Adresse erstellen, aber für die Adresse gibt es schon eines. Melden Sie sich stattdessen an.',
  'account-exists.forgotten': 'Wenn Sie Ihr Passwort nicht mehr wissen, setzen Sie ein neues:',
  'account-exists.button': 'Neues Passwort setzen',
  'account-exists.notYou': 'Wenn Sie das nicht waren, müssen Sie nichts tun. Ihr Konto bleibt unverändert.',
}
