import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'notification-digest.subject': 'Vous avez des notifications non lues de {brand}',
  'notification-digest.heading': 'Notifications non lues',
  'notification-digest.why': 'Ces notifications sont arrivées pendant votre absence :',
  'notification-digest.more': '{count, plural, one {Et # autre.} other {Et # autres.}}',
  'notification-digest.button': 'Ouvrir {brand}',
  'notification-digest.unsubscribe': 'Ne plus recevoir ces e-mails',
  'notification-digest.notYou':
    'Vous recevez cet e-mail au plus une fois par jour, et seulement après une absence. Dans les réglages de vos notifications, vous choisissez celles que vous recevez par e-mail.',
}
