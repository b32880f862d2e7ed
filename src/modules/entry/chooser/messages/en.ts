/** The texts of the account chooser, in English. */
export const en = {
  heading: 'Choose an account',
  why: 'These accounts signed in here before. Only this browser keeps the list.',
  forget: 'Forget',
  'forget.account': 'Forget {account} in this browser',
  other: 'or use another account',
  signOut: 'Sign out',
} as const
