import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'sign-in.subject': 'Ihr Anmeldecode für {brand}',
  'sign-in.heading': 'Bei {brand} anmelden',
  'sign-in.why': 'Jemand möchte sich mit dieser E-Mail-Adresse in Ihrem Konto anmelden.',
  'sign-in.button': 'Anmelden',
  'sign-in.notYou':
    'Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ohne den Code kann sich keine andere Person anmelden.',
}
