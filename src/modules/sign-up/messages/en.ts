/** The texts of the mails of this feature, in English. */
export const en = {
  'account-exists.subject': 'You already have an account at {brand}',
  'account-exists.heading': 'You already have an account',
  'account-exists.why':
    'We received a sign-up at {brand} with this e-mail address, but the address already has an account. Sign in instead.',
  'account-exists.forgotten': 'If you no longer know your password, set a new one:',
  'account-exists.button': 'Set a new password',
  'account-exists.notYou': 'If it was not you, you need to do nothing. Your account stays unchanged.',
} as const
