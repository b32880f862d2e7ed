/** The texts of the mails of this feature, in English. */
export const en = {
  'fact.passkey': 'Passkey',
  'passkey-added.subject': 'A passkey was added to your account at {brand}',
  'passkey-added.heading': 'A passkey was added',
  'passkey-added.why': 'From now on, a new passkey can sign in to your account at {brand}.',
  'passkey-added.notYou':
    'If it was not you, another person may be using your account. Remove the passkey at once, change your password, and end the sessions that you do not know.',

  'passkey-removed.subject': 'A passkey was removed from your account at {brand}',
  'passkey-removed.heading': 'A passkey was removed',
  'passkey-removed.why': 'One of your passkeys no longer works at {brand}.',
  'passkey-removed.notYou':
    'If it was not you, another person may be using your account. Change your password at once, and end the sessions that you do not know.',

  'passkey-flagged.subject': 'A passkey of your account at {brand} may have been copied',
  'passkey-flagged.heading': 'A passkey may have been copied',
  'passkey-flagged.why':
    'We refused a sign-in to your account at {brand}. The passkey counts its uses, and the count went back. A copy of the passkey may exist.',
  'passkey-flagged.notYou': 'To be safe, remove this passkey and add a new one, even if the sign-in was yours.',
} as const
