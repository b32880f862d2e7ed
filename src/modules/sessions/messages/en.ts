/** What the mails of this feature say, in English. */
export const en = {
  'new-device.subject': 'New sign-in to your account at {brand}',
  'new-device.heading': 'New sign-in to your account',
  'new-device.why': 'Somebody signed in to your account at {brand} from a device we had not seen before.',
  'new-device.notYou':
    'If it was you, there is nothing to do. If not, change your password at once, and end the sessions you do not know.',
} as const
