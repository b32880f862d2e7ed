import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'reset-password.subject': 'Passwort für {brand} zurücksetzen',
  'reset-password.heading': 'Passwort zurücksetzen',
  'reset-password.why': 'Wir wurden gebeten, ein neues Passwort für Ihr Konto bei {brand} zu setzen.',
  'reset-password.button': 'Neues Passwort setzen',
  'reset-password.notYou': 'Wenn Sie das nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.',
  'password-changed.subject': 'Ihr Passwort für {brand} wurde geändert',
  'password-changed.heading': 'Ihr Passwort wurde geändert',
  'password-changed.why': 'Ihr Konto bei {brand} hat ein neues Passwort.',
  'password-changed.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht eine andere Person Ihr Konto. Setzen Sie sofort ein neues Passwort: mit „Passwort vergessen“ dort, wo Sie sich anmelden.',
}
