import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'domain-lost.domain': 'Domain',
  'domain-lost.org': 'Organisation',
  'domain-lost.subject': 'Eine Domain Ihrer Organisation bei {brand} ist nicht mehr bestätigt',
  'domain-lost.heading': 'Eine Domain ist nicht mehr bestätigt',
  'domain-lost.why':
    'Zwei wöchentliche Prüfungen haben den DNS-Eintrag dieser Domain nicht gefunden. Ab jetzt tritt niemand mehr durch eine Adresse dieser Domain Ihrer Organisation bei. Mitglieder bleiben Mitglieder.',
  'domain-lost.notYou':
    'Wenn die Domain noch Ihnen gehört, setzen Sie den Eintrag wieder und bestätigen Sie die Domain. Wenn jemand den Eintrag ohne Ihr Wissen entfernt hat, prüfen Sie, wer Ihr DNS ändern kann.',
}
