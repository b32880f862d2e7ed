/** The texts of the mails of this feature, in English. */
export const en = {
  'account-deleted.subject': 'Your account at {brand} was deleted',
  'account-deleted.heading': 'Your account was deleted',
  'account-deleted.why':
    'Your account at {brand} no longer exists. It is not possible to sign in to it. This is the last mail about it.',
  'account-deleted.notYou': 'If it was not you, contact the support of {brand} at once.',

  'username-changed.subject': 'The username of your account at {brand} was changed',
  'username-changed.heading': 'Your username was changed',
  'username-changed.why':
    'Your account at {brand} has another username, or none any more. Sign in with the new one, or with your e-mail address.',
  'username-changed.notYou':
    'If it was not you, someone else may be using your account: choose a new password, and tell the support of {brand}.',
} as const
