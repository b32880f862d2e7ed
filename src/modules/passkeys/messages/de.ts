import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'fact.passkey': 'Passkey',
  'passkey-added.subject': 'Ihrem Konto bei {brand} wurde ein Passkey hinzugefügt',
  'passkey-added.heading': 'Ein Passkey wurde hinzugefügt',
  'passkey-added.why': 'Ab jetzt kann man sich mit einem neuen Passkey in Ihrem Konto bei {brand} anmelden.',
  'passkey-added.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht eine andere Person Ihr Konto. Entfernen Sie sofort den Passkey, ändern Sie Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.',
  'passkey-removed.subject': 'Ein Passkey Ihres Kontos bei {brand} wurde entfernt',
  'passkey-removed.heading': 'Ein Passkey wurde entfernt',
  'passkey-removed.why': 'Einer Ihrer Passkeys funktioniert bei {brand} nicht mehr.',
  'passkey-removed.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht eine andere Person Ihr Konto. Ändern Sie sofort Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.',
  'passkey-flagged.subject': 'Ein Passkey Ihres Kontos bei {brand} wurde vielleicht kopiert',
  'passkey-flagged.heading': 'Ein Passkey wurde vielleicht kopiert',
  'passkey-flagged.why':
    'Wir haben eine Anmeldung in Ihrem Konto bei {brand} abgelehnt. Der Passkey zählt, wie oft er benutzt wird, und der Zähler ist zurückgegangen. Vielleicht gibt es eine Kopie des Passkeys.',
  'passkey-flagged.notYou':
    'Entfernen Sie zur Sicherheit diesen Passkey und fügen Sie einen neuen hinzu, auch wenn Sie sich selbst angemeldet haben.',
}
