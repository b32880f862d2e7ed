/** What the prompt "confirm it is you" says. The console shows these; the account page has them in each language. */
export const freshTexts = {
  freshTitle: 'Confirm it is you',
  freshWhy: 'This needs a sign-in of the last 10 minutes. Nothing is changed until you confirm.',
  freshPassword: 'Password',
  freshConfirm: 'Confirm',
  freshPasskey: 'Use a passkey',
  freshPasskeyHint: 'Your device asks for your fingerprint, your face or its PIN.',
  freshApp: 'Code of your authenticator app',
  freshMailHint: 'We send a code of six digits to {email}.',
  freshSend: 'Send the code',
  freshSendAgain: 'Send another code',
  freshSent: 'A code is on its way to {email}. It is valid for 15 minutes.',
  freshCode: 'Code of six digits',
  freshUsePassword: 'Use your password',
  freshUseApp: 'Use your authenticator app',
  freshUseMail: 'Get a code by e-mail',
  freshNone:
    'This browser cannot use the sign-in methods of your account. Sign in again on a device that has your passkey.',
  freshSignIn: 'Sign in again',
  freshCancel: 'Cancel',
  freshLoading: 'One moment…',
  freshRetry: 'Try again',
} as const

export type FreshTexts = Record<keyof typeof freshTexts, string>
