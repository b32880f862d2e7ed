/** The texts of the mails of this feature, in English. */
export const en = {
  'impersonated.subject': 'An administrator of {brand} acts in your account',
  'impersonated.heading': 'An administrator acts in your account',
  'impersonated.why':
    'An administrator of {brand} can see and use your account for at most one hour, for example to help you. They cannot change your password, your address or your factors.',
  'impersonated.notYou': 'If you do not know why, ask the administrators of {brand}.',
} as const
