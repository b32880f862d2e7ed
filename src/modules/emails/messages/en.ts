/** Texts of the mails of this feature, in English. */
export const en = {
  'fact.newEmail': 'New e-mail address',
  'verify-email.subject': 'Confirm your e-mail address for {brand}',
  'verify-email.heading': 'Confirm your e-mail address',
  'verify-email.why': 'Someone gave this address for an account at {brand}. Confirm that it is yours.',
  'verify-email.button': 'Confirm e-mail address',
  'verify-email.notYou': 'If it was not you, ignore this mail. Without the code, no other person can use your address.',

  'change-email.subject': 'Confirm your new e-mail address for {brand}',
  'change-email.heading': 'Confirm your new e-mail address',
  'change-email.why': 'Someone asked to use this address for an account at {brand}. Confirm that it is yours.',
  'change-email.button': 'Confirm new e-mail address',
  'change-email.notYou': 'If it was not you, ignore this mail. Without the code, no other person can use your address.',

  'email-changed.subject': 'Your e-mail address for {brand} was changed',
  'email-changed.heading': 'Your e-mail address was changed',
  'email-changed.why':
    'Your account at {brand} has a new e-mail address. From now on, mails go to the new address only.',
  'email-changed.notYou':
    'If it was not you, someone else may be using your account: tell the support of {brand} at once.',

  'unproved-removed.subject': 'Sign-in methods from before you confirmed your address at {brand} were removed',
  'unproved-removed.heading': 'Earlier sign-in methods were removed',
  'unproved-removed.why':
    'You confirmed your e-mail address at {brand}. Every sign-in method from before, such as a password, a passkey or an authenticator app, was removed, because someone else may have set it up.',
  'unproved-removed.notYou':
    'If you set it up yourself, set it up again. Use “Forgot password” for a password. Add passkeys and apps after you sign in.',
} as const
