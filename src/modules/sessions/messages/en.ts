/** The texts of the mails of this feature, in English. */
export const en = {
  'new-device.subject': 'New sign-in to your account at {brand}',
  'new-device.heading': 'New sign-in to your account',
  'new-device.why': 'Your account at {brand} was signed in to from a new device or network.',
  'new-device.notYou':
    'If it was you, you need to do nothing. If it was not you, change your password at once, and end the sessions that you do not know.',
} as const
