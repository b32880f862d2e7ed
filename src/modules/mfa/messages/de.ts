import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'totp-added.subject': 'Ihrem Konto bei {brand} wurde eine Authenticator-App hinzugefügt',
  'totp-added.heading': 'Eine Authenticator-App wurde hinzugefügt',
  'totp-added.why': 'Ab jetzt fragt {brand} bei der Anmeldung auch nach einem Code dieser App.',
  'totp-added.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Ändern Sie sofort Ihr Passwort und melden Sie es dem Support von {brand}.',
  'totp-removed.subject': 'Die Authenticator-App Ihres Kontos bei {brand} wurde entfernt',
  'totp-removed.heading': 'Ihre Authenticator-App wurde entfernt',
  'totp-removed.why': '{brand} fragt bei der Anmeldung nicht mehr nach einem Code dieser App.',
  'totp-removed.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Ändern Sie sofort Ihr Passwort und fügen Sie die App wieder hinzu.',
  'recovery-code-used.subject': 'Ein Wiederherstellungscode Ihres Kontos bei {brand} wurde verwendet',
  'recovery-code-used.heading': 'Ein Wiederherstellungscode wurde verwendet',
  'recovery-code-used.why':
    'Jemand hat sich mit dem ersten Faktor und einem Ihrer Wiederherstellungscodes in Ihrem Konto bei {brand} angemeldet. Dieser Code ist verbraucht.',
  'recovery-code-used.notYou':
    'Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, ändern Sie sofort Ihr Passwort und erstellen Sie neue Wiederherstellungscodes.',
  'recovery-codes-made.subject': 'Neue Wiederherstellungscodes für Ihr Konto bei {brand}',
  'recovery-codes-made.heading': 'Neue Wiederherstellungscodes wurden erstellt',
  'recovery-codes-made.why':
    'Ihr Konto bei {brand} hat neue Wiederherstellungscodes. Die bisherigen funktionieren nicht mehr.',
  'recovery-codes-made.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Ändern Sie sofort Ihr Passwort und erstellen Sie neue Wiederherstellungscodes.',
  'factors-reset.subject': 'Die zweiten Faktoren Ihres Kontos bei {brand} wurden entfernt',
  'factors-reset.heading': 'Ihre zweiten Faktoren wurden entfernt',
  'factors-reset.why':
    'Die Administration von {brand} hat die Authenticator-App, die Passkeys und die Wiederherstellungscodes Ihres Kontos entfernt und Sie überall abgemeldet.',
  'factors-reset.notYou':
    'Wenn Sie nicht darum gebeten haben, melden Sie es sofort dem Support von {brand}. Wenn doch, melden Sie sich an und fügen Sie wieder einen zweiten Faktor hinzu.',
}
