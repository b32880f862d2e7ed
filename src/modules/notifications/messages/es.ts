import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'notification-digest.subject': 'Tiene notificaciones sin leer de {brand}',
  'notification-digest.heading': 'Notificaciones sin leer',
  'notification-digest.why': 'Estas notificaciones llegaron mientras usted no estaba:',
  'notification-digest.more': '{count, plural, one {Y # más.} other {Y # más.}}',
  'notification-digest.button': 'Abrir {brand}',
  'notification-digest.unsubscribe': 'Dejar de recibir estos correos',
  'notification-digest.notYou':
    'Recibe este correo como máximo una vez al día, y solo si ha estado ausente. En los ajustes de sus notificaciones elige cuáles le llegan por correo.',
}
