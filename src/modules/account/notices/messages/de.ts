import type { NoticeTexts } from './en.ts'

/** What the account page says of notifications, in German. */
export const de: NoticeTexts = {
  notifications: 'Mitteilungen',
  notificationsText: 'Was der Dienst und Ihre Organisationen Ihnen in den letzten 90 Tagen mitgeteilt haben.',
  notificationsList: 'Ihre Mitteilungen',
  notificationsNone: 'Es gibt keine Mitteilungen.',
  notificationsUnread: 'Mitteilungen, {count} ungelesen',
  notificationNew: 'Neu',
  notificationRead: 'Als gelesen markieren',
  notificationUnread: 'Als ungelesen markieren',
  notificationsReadAll: 'Alle als gelesen markieren',
  notificationsAllRead: 'Alle sind als gelesen markiert.',
  choices: 'Wie Mitteilungen Sie erreichen',
  choicesText: 'Eine E-Mail kommt höchstens einmal am Tag, und nur wenn Sie nicht da waren.',
  choiceDefault: 'Alle anderen Arten',
  choiceMail: 'Hier und per E-Mail',
  choiceHere: 'Nur hier',
  choiceOff: 'Gar nicht',
  choiceAsOthers: 'Wie alle anderen Arten',
}
