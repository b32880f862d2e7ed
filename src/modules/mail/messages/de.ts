import type { en } from './en.ts'

/** Texts of every mail, in German. */
export const de: Record<keyof typeof en, string> = {
  'proof.enterCode': 'Geben Sie diesen Code dort ein, wo Sie aufgehört haben:',
  'proof.orLink': 'Oder machen Sie im Browser weiter:',
  'proof.life':
    'Der Code und die Schaltfläche funktionieren einmal, innerhalb von {life}. Geben Sie den Code nie an eine andere Person weiter, auch nicht auf Nachfrage.',
  'life.minutes': '{count, plural, one {# Minute} other {# Minuten}}',
  'life.hours': '{count, plural, one {# Stunde} other {# Stunden}}',
  'proof.preview': 'Ihr Code lautet {code}',
  'fact.when': 'Wann',
  'fact.device': 'Gerät',
  'fact.address': 'IP-Adresse',
  time: '{at, date, utc}',
  footer: 'Gesendet von {brand} ({host}) zu Ihrem Konto. Antworten auf diese E-Mail werden nicht gelesen.',
}
