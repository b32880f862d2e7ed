/** Texts of the mails of this feature, in English. */
export const en = {
  'totp-added.subject': 'An authenticator app was added to your account at {brand}',
  'totp-added.heading': 'An authenticator app was added',
  'totp-added.why': 'From now on, {brand} also asks for a code of this app when you sign in.',
  'totp-added.notYou':
    'If it was not you, someone else may be using your account: change your password at once, and tell the support of {brand}.',

  'totp-removed.subject': 'The authenticator app of your account at {brand} was removed',
  'totp-removed.heading': 'Your authenticator app was removed',
  'totp-removed.why': '{brand} no longer asks for a code of this app when you sign in.',
  'totp-removed.notYou':
    'If it was not you, someone else may be using your account: change your password at once, and add the app again.',

  'recovery-code-used.subject': 'A recovery code of your account at {brand} was used',
  'recovery-code-used.heading': 'A recovery code was used',
  'recovery-code-used.why':
    'Someone signed in to your account at {brand} with the first factor and one of your recovery codes. That code is used up.',
  'recovery-code-used.notYou':
    'If it was you, there is nothing to do. If not, change your password at once, and make new recovery codes.',

  'recovery-codes-made.subject': 'New recovery codes for your account at {brand}',
  'recovery-codes-made.heading': 'New recovery codes were made',
  'recovery-codes-made.why': 'Your account at {brand} has new recovery codes. Those you had before no longer work.',
  'recovery-codes-made.notYou':
    'If it was not you, someone else may be using your account: change your password at once, and make new recovery codes.',

  'factors-reset.subject': 'The second factors of your account at {brand} were removed',
  'factors-reset.heading': 'Your second factors were removed',
  'factors-reset.why':
    'An administrator of {brand} removed the authenticator app, the passkeys and the recovery codes of your account, and signed you out everywhere.',
  'factors-reset.notYou':
    'If you did not ask for it, tell the support of {brand} at once. If you did, sign in and add a second factor again.',
} as const
