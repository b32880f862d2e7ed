import type { en } from './en.ts'

/** Texts of every mail, in French. */
export const fr: Record<keyof typeof en, string> = {
  'proof.enterCode': 'Saisissez ce code là où vous vous êtes arrêté :',
  'proof.orLink': 'Ou continuez dans votre navigateur :',
  'proof.life':
    'Le code et le bouton fonctionnent une seule fois, dans un délai de {life}. Ne donnez jamais le code à une autre personne, même si elle vous le demande.',
  'life.minutes': '{count, plural, one {# minute} other {# minutes}}',
  'life.hours': '{count, plural, one {# heure} other {# heures}}',
  'proof.preview': 'Votre code est {code}',
  'fact.when': 'Date',
  'fact.device': 'Appareil',
  'fact.address': 'Adresse IP',
  time: '{at, date, utc}',
  footer: 'Envoyé par {brand} ({host}) au sujet de votre compte. Les réponses à cet e-mail ne sont pas lues.',
}
