/** What the mails of this feature say, in English. */
export const en = {
  'account-exists.subject': 'You already have an account at {brand}',
  'account-exists.heading': 'You already have an account',
  'account-exists.why':
    'Somebody tried to sign up at {brand} with this e-mail address. It already has an account: sign in instead.',
  'account-exists.forgotten': 'If you no longer know your password, set a new one:',
  'account-exists.button': 'Set a new password',
  'account-exists.notYou': 'If it was not you, there is nothing to do: your account stays as it is.',
} as const
