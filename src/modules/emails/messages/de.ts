import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'fact.newEmail': 'Neue E-Mail-Adresse',
  'verify-email.subject': 'Bestätigen Sie Ihre E-Mail-Adresse für {brand}',
  'verify-email.heading': 'E-Mail-Adresse bestätigen',
  'verify-email.why':
    'Jemand hat diese Adresse für ein Konto bei {brand} angegeben. Bestätigen Sie, dass sie Ihnen gehört.',
  'verify-email.button': 'E-Mail-Adresse bestätigen',
  'verify-email.notYou':
    'Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ohne den Code kann keine andere Person Ihre Adresse verwenden.',
  'change-email.subject': 'Bestätigen Sie Ihre neue E-Mail-Adresse für {brand}',
  'change-email.heading': 'Neue E-Mail-Adresse bestätigen',
  'change-email.why':
    'Jemand möchte diese Adresse für ein Konto bei {brand} verwenden. Bestätigen Sie, dass sie Ihnen gehört.',
  'change-email.button': 'Neue E-Mail-Adresse bestätigen',
  'change-email.notYou':
    'Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ohne den Code kann keine andere Person Ihre Adresse verwenden.',
  'email-changed.subject': 'Ihre E-Mail-Adresse für {brand} wurde geändert',
  'email-changed.heading': 'Ihre E-Mail-Adresse wurde geändert',
  'email-changed.why':
    'Ihr Konto bei {brand} hat eine neue E-Mail-Adresse. Ab jetzt gehen E-Mails nur noch an die neue Adresse.',
  'email-changed.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Melden Sie es sofort dem Support von {brand}.',
  'unproved-removed.subject': 'Anmeldearten aus der Zeit vor der Bestätigung Ihrer Adresse bei {brand} wurden entfernt',
  'unproved-removed.heading': 'Frühere Anmeldearten wurden entfernt',
  'unproved-removed.why':
    'Sie haben Ihre E-Mail-Adresse bei {brand} bestätigt. Jede frühere Anmeldeart, zum Beispiel ein Passwort, ein Passkey oder eine Authenticator-App, wurde entfernt, denn jemand anderes könnte sie eingerichtet haben.',
  'unproved-removed.notYou':
    'Wenn Sie sie selbst eingerichtet haben, richten Sie sie wieder ein. Für ein Passwort verwenden Sie „Passwort vergessen“. Passkeys und Apps fügen Sie nach der Anmeldung hinzu.',
}
