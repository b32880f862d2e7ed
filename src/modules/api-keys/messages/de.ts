import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'fact.apiKey': 'API-Schlüssel',
  'api-key-created.subject': 'Mit Ihrem Konto bei {brand} wurde ein API-Schlüssel erstellt',
  'api-key-created.heading': 'Ein API-Schlüssel wurde erstellt',
  'api-key-created.why':
    'Ab jetzt kann ein Programm mit diesem Schlüssel bei {brand} mit Rechten Ihres Kontos handeln.',
  'api-key-created.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht eine andere Person Ihr Konto. Widerrufen Sie den Schlüssel sofort, ändern Sie Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.',
  'api-key-revoked.subject': 'Ein API-Schlüssel von {brand} wurde gefunden und widerrufen',
  'api-key-revoked.heading': 'Ein API-Schlüssel wurde widerrufen',
  'api-key-revoked.why':
    'Jemand hat uns diesen Schlüssel geschickt. Er lag also an einem Ort, an dem andere ihn lesen können. Er funktioniert bei {brand} nicht mehr.',
  'api-key-revoked.notYou':
    'Suchen Sie den Ort, an dem der Schlüssel veröffentlicht wurde, und entfernen Sie ihn dort. Suchen Sie nach unbekannten Änderungen, die mit dem Schlüssel gemacht wurden. Erstellen Sie dann einen neuen Schlüssel.',
}
