/** What the mails of this feature say, in English. */
export const en = {
  'fact.newEmail': 'New e-mail address',
  'verify-email.subject': 'Confirm your e-mail address for {brand}',
  'verify-email.heading': 'Confirm your e-mail address',
  'verify-email.why': 'This address was given for an account at {brand}. Confirm that it is yours.',
  'verify-email.button': 'Confirm e-mail address',
  'verify-email.notYou': 'If it was not you, ignore this mail: without the code, nobody can use your address.',

  'change-email.subject': 'Confirm your new e-mail address for {brand}',
  'change-email.heading': 'Confirm your new e-mail address',
  'change-email.why':
    'This address is to become the e-mail address of an account at {brand}. Confirm that it is yours.',
  'change-email.button': 'Confirm new e-mail address',
  'change-email.notYou': 'If it was not you, ignore this mail: without the code, nobody can use your address.',

  'email-changed.subject': 'Your e-mail address for {brand} was changed',
  'email-changed.heading': 'Your e-mail address was changed',
  'email-changed.why':
    'Your account at {brand} has a new e-mail address. From now on, mails go there, and no longer here.',
  'email-changed.notYou':
    'If it was not you, somebody else may be using your account: tell the support of {brand} at once.',

  'unproved-removed.subject': 'What was set up before you confirmed your address at {brand} was removed',
  'unproved-removed.heading': 'What was set up before was removed',
  'unproved-removed.why':
    'You have shown {brand} that you read this address. What had been set up for it before, such as a password, a passkey or an authenticator app, was removed: somebody else may have done it.',
  'unproved-removed.notYou':
    'If it was yours, set it up again: a password with “Forgot password”, passkeys and apps once you are signed in.',
} as const
