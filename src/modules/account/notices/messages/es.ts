import type { NoticeTexts } from './en.ts'

/** What the account page says of notifications, in Spanish. */
export const es: NoticeTexts = {
  notifications: 'Notificaciones',
  notificationsText: 'Lo que el servicio y sus organizaciones le comunicaron en los últimos 90 días.',
  notificationsList: 'Sus notificaciones',
  notificationsNone: 'No hay notificaciones.',
  notificationsUnread: 'Notificaciones, {count} sin leer',
  notificationNew: 'Nueva',
  notificationRead: 'Marcar como leída',
  notificationUnread: 'Marcar como no leída',
  notificationsReadAll: 'Marcar todas como leídas',
  notificationsAllRead: 'Todas están marcadas como leídas.',
  choices: 'Cómo le llegan las notificaciones',
  choicesText: 'Un correo llega como máximo una vez al día, y solo si ha estado ausente.',
  choiceDefault: 'Todos los demás tipos',
  choiceMail: 'Aquí y por correo',
  choiceHere: 'Solo aquí',
  choiceOff: 'De ninguna forma',
  choiceAsOthers: 'Como todos los demás tipos',
}
