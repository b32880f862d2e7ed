import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'invitation.org': 'Organisation',
  'invitation.inviter': 'Eingeladen von',
  'invitation.subject': 'Sie sind in eine Organisation bei {brand} eingeladen',
  'invitation.heading': 'Sie sind eingeladen',
  'invitation.why': 'Jemand lädt Sie in eine Organisation bei {brand} ein.',
  'invitation.button': 'Einladung ansehen',
  'invitation.life':
    'Die Schaltfläche funktioniert einmal, innerhalb von {days, plural, one {# Tag} other {# Tagen}}, für das Konto mit dieser E-Mail-Adresse. Wenn Sie kein Konto haben, können Sie zuerst eines erstellen.',
  'invitation.notYou':
    'Wenn Sie diese Organisation nicht kennen, ignorieren Sie diese E-Mail. Ohne Sie geschieht nichts, und niemand erfährt, ob Sie ein Konto haben.',
}
