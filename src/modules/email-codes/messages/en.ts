/** Texts of the mails of this feature, in English. */
export const en = {
  'sign-in.subject': 'Your sign-in code for {brand}',
  'sign-in.heading': 'Sign in to {brand}',
  'sign-in.why': 'Someone asked to sign in to your account with this e-mail address.',
  'sign-in.button': 'Sign in',
  'sign-in.notYou': 'If it was not you, ignore this mail. Without the code, no other person can sign in.',
} as const
