/** The texts of the mails of this feature, in English. */
export const en = {
  'account-deleted.subject': 'Your account at {brand} was deleted',
  'account-deleted.heading': 'Your account was deleted',
  'account-deleted.why':
    'Your account at {brand} no longer exists. It is not possible to sign in to it. This is the last mail about it.',
  'account-deleted.notYou': 'If it was not you, contact the support of {brand} at once.',
} as const
