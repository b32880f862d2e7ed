/** What the account page says of notifications. The other languages have the same names. */

export const en = {
  notifications: 'Notifications',
  notificationsText: 'What the service and your organisations told you in the last 90 days.',
  notificationsList: 'Your notifications',
  notificationsNone: 'There are no notifications.',
  notificationsUnread: 'Notifications, {count} unread',
  notificationNew: 'New',
  notificationRead: 'Mark as read',
  notificationUnread: 'Mark as unread',
  notificationsReadAll: 'Mark all as read',
  notificationsAllRead: 'All are marked as read.',
  choices: 'How notifications reach you',
  choicesText: 'A mail comes at most once a day, and only when you were away.',
  choiceDefault: 'All other kinds',
  choiceMail: 'Here and by mail',
  choiceHere: 'Only here',
  choiceOff: 'Not at all',
  choiceAsOthers: 'As all other kinds',
}

export type NoticeTexts = Record<keyof typeof en, string>
