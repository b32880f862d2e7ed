import type { NoticeTexts } from './en.ts'

/** What the account page says of notifications, in French. */
export const fr: NoticeTexts = {
  notifications: 'Notifications',
  notificationsText: 'Ce que le service et vos organisations vous ont signalé ces 90 derniers jours.',
  notificationsList: 'Vos notifications',
  notificationsNone: 'Il n’y a aucune notification.',
  notificationsUnread: 'Notifications, {count} non lues',
  notificationNew: 'Nouveau',
  notificationRead: 'Marquer comme lue',
  notificationUnread: 'Marquer comme non lue',
  notificationsReadAll: 'Tout marquer comme lu',
  notificationsAllRead: 'Tout est marqué comme lu.',
  choices: 'Comment les notifications vous parviennent',
  choicesText: 'Un e-mail arrive au plus une fois par jour, et seulement après une absence.',
  choiceDefault: 'Tous les autres types',
  choiceMail: 'Ici et par e-mail',
  choiceHere: 'Seulement ici',
  choiceOff: 'Pas du tout',
  choiceAsOthers: 'Comme tous les autres types',
}
