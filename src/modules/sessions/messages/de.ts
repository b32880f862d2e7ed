import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'new-device.subject': 'Neue Anmeldung in Ihrem Konto bei {brand}',
  'new-device.heading': 'Neue Anmeldung in Ihrem Konto',
  'new-device.why': 'In Ihrem Konto bei {brand} gab es eine Anmeldung von einem neuen Gerät oder aus einem neuen Netz.',
  'new-device.notYou':
    'Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, ändern Sie sofort Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.',
}
