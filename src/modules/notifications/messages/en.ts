/** Texts of the mails of this feature, in English. */
export const en = {
  'notification-digest.subject': 'You have unread notifications from {brand}',
  'notification-digest.heading': 'Unread notifications',
  'notification-digest.why': 'These notifications came while you were away:',
  'notification-digest.more': '{count, plural, one {And # more.} other {And # more.}}',
  'notification-digest.button': 'Open {brand}',
  'notification-digest.unsubscribe': 'Stop these mails',
  'notification-digest.notYou':
    'You get this mail at most once a day, and only when you were away. In the settings of your notifications you choose which kinds reach you by mail.',
} as const
