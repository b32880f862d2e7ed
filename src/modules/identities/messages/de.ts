import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'fact.provider': 'Anbieter',
  'identity-linked.subject': 'Eine neue Anmeldeart für Ihr Konto bei {brand}',
  'identity-linked.heading': 'Eine neue Anmeldeart',
  'identity-linked.why':
    'Eine Identität bei einem anderen Anbieter wurde mit Ihrem Konto bei {brand} verknüpft. Ab jetzt kann man sich damit anmelden.',
  'identity-linked.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Lösen Sie die Verknüpfung, beenden Sie alle anderen Sitzungen und ändern Sie sofort Ihr Passwort.',
  'identity-unlinked.subject': 'Eine Anmeldeart Ihres Kontos bei {brand} wurde entfernt',
  'identity-unlinked.heading': 'Eine Anmeldeart wurde entfernt',
  'identity-unlinked.why':
    'Die Verknüpfung einer Identität bei einem anderen Anbieter mit Ihrem Konto bei {brand} wurde gelöst. Man kann sich damit nicht mehr anmelden.',
  'identity-unlinked.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht jemand anderes Ihr Konto: Beenden Sie alle anderen Sitzungen und ändern Sie sofort Ihr Passwort.',
}
