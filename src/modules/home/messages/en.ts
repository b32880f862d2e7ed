/** The texts of the page at `/`, and of the pages for failures, in English. */
export const en = {
  'out.heading': 'Welcome to {brand}',
  'out.why': 'Sign in to open your account, or create one.',
  'out.signIn': 'Sign in',
  'out.signUp': 'Create account',
  'in.heading': 'You are signed in',
  'in.as': 'Signed in as',
  'in.signOut': 'Sign out',
  'go.account': 'Your account',
  'go.account.why': 'Profile, password, passkeys, devices and apps',
  'go.manage': 'Console',
  'go.manage.why': 'People, organisations, apps and the audit log',
  'go.docs': 'Documentation',
  'go.docs.why': 'Guides, the API and its errors',
  'missing.heading': 'This page does not exist',
  'missing.why': 'The address is wrong, or the page has moved. Nothing was changed.',
  'failed.heading': 'That did not work',
  'failed.request': 'If it happens again, tell your administrator this number: {request}',
  'failed.busy.heading': 'Please try again in a moment',
  'failed.busy':
    'The server has too much to do right now, or it gets a new version. Wait a moment and reload the page.',
  'go.home': 'To the start page',
}
