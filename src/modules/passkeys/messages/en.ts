/** What the mails of this feature say, in English. */
export const en = {
  'fact.passkey': 'Passkey',
  'passkey-added.subject': 'A passkey was added to your account at {brand}',
  'passkey-added.heading': 'A passkey was added',
  'passkey-added.why': 'From now on, your account at {brand} can be signed in to with a new passkey.',
  'passkey-added.notYou':
    'If it was not you, somebody else may be using your account: remove the passkey at once, change your password, and end the sessions you do not know.',

  'passkey-removed.subject': 'A passkey was removed from your account at {brand}',
  'passkey-removed.heading': 'A passkey was removed',
  'passkey-removed.why': 'One of your passkeys no longer works at {brand}.',
  'passkey-removed.notYou':
    'If it was not you, somebody else may be using your account: change your password at once, and end the sessions you do not know.',

  'passkey-flagged.subject': 'A passkey of your account at {brand} may have been copied',
  'passkey-flagged.heading': 'A passkey may have been copied',
  'passkey-flagged.why':
    'A sign-in to your account at {brand} was refused: its passkey counts how often it was used, and the count went back. There may be a copy of it.',
  'passkey-flagged.notYou': 'To be safe, remove this passkey and add a new one, whoever it was.',
} as const
