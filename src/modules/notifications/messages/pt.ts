import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'notification-digest.subject': 'Você tem notificações não lidas de {brand}',
  'notification-digest.heading': 'Notificações não lidas',
  'notification-digest.why': 'Estas notificações chegaram enquanto você estava ausente:',
  'notification-digest.more': '{count, plural, one {E mais #.} other {E mais #.}}',
  'notification-digest.button': 'Abrir {brand}',
  'notification-digest.unsubscribe': 'Parar de receber estes e-mails',
  'notification-digest.notYou':
    'Você recebe este e-mail no máximo uma vez por dia, e somente quando esteve ausente. Nas configurações das suas notificações, você escolhe quais chegam por e-mail.',
}
