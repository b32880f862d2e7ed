import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'notification-digest.subject': 'Sie haben ungelesene Mitteilungen von {brand}',
  'notification-digest.heading': 'Ungelesene Mitteilungen',
  'notification-digest.why': 'Diese Mitteilungen kamen, während Sie nicht da waren:',
  'notification-digest.more': '{count, plural, one {Und # weitere.} other {Und # weitere.}}',
  'notification-digest.button': '{brand} öffnen',
  'notification-digest.unsubscribe': 'Diese E-Mails beenden',
  'notification-digest.notYou':
    'Sie erhalten diese E-Mail höchstens einmal am Tag, und nur wenn Sie nicht da waren. In den Einstellungen Ihrer Mitteilungen wählen Sie, welche Arten Sie per E-Mail erreichen.',
}
