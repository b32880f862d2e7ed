/** The texts of the mails of this feature, in English. */
export const en = {
  'fact.apiKey': 'API key',
  'api-key-created.subject': 'An API key was made with your account at {brand}',
  'api-key-created.heading': 'An API key was made',
  'api-key-created.why': 'From now on, a program with this key can act at {brand} with rights of your account.',
  'api-key-created.notYou':
    'If it was not you, another person may be using your account. Revoke the key at once, change your password, and end the sessions that you do not know.',

  'api-key-revoked.subject': 'An API key of {brand} was found and revoked',
  'api-key-revoked.heading': 'An API key was revoked',
  'api-key-revoked.why':
    'Someone sent us this key, so it was in a place where others can read it. It no longer works at {brand}.',
  'api-key-revoked.notYou':
    'Look for the place where the key was published, and remove it there. Look for unknown changes that were made with the key. Then make a new key.',
} as const
