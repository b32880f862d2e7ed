/** The texts of the mails of this feature, in English. */
export const en = {
  'reset-password.subject': 'Reset your password for {brand}',
  'reset-password.heading': 'Reset your password',
  'reset-password.why': 'We received a request to set a new password for your account at {brand}.',
  'reset-password.button': 'Set a new password',
  'reset-password.notYou': 'If it was not you, ignore this mail: your password stays as it is.',

  'password-changed.subject': 'Your password for {brand} was changed',
  'password-changed.heading': 'Your password was changed',
  'password-changed.why': 'Your account at {brand} has a new password.',
  'password-changed.notYou':
    'If it was not you, another person may be using your account. Set a new password at once, with “Forgot password” where you sign in.',
} as const
