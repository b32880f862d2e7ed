/**
 * The texts of the pages for sign-in, sign-up and a forgotten password, in English. ICU MessageFormat:
 * https://unicode-org.github.io/icu/userguide/format_parse/messages/
 */
export const en = {
  or: 'or',
  'field.email': 'E-mail address',
  'field.name': 'Name',
  'field.optional': 'optional',
  'field.password': 'Password',
  'field.newPassword': 'New password',
  'field.newPassword.hint':
    'At least {min, plural, one {# character} other {# characters}}. A few words that you can remember make a good password.',
  'field.showPassword': 'Show password',
  'field.code': '6-digit code',
  'field.appCode': 'Code from your authenticator app',
  'field.anyCode': 'Code',
  'field.anyCode.hint': 'Six digits from your authenticator app, or one of your recovery codes.',
  'field.rememberDevice': 'Do not ask on this device for 30 days',

  continue: 'Continue',
  passkey: 'Use a passkey',
  provider: 'Continue with {provider}',
  mailCode: 'E-mail me a code',
  mailAgain: 'Send me a new mail',
  otherWay: 'Sign in another way',
  haveCode: 'I have a code from a mail',
  sentTo: 'Sent to',
  account: 'Account',
  signedInAs: 'You are signed in as',
  goOn: 'Go on with this account',
  otherAccount: 'Sign in with another account',
  'noscript.passkey': 'A passkey needs JavaScript, which is off in this browser.',
  'noscript.link':
    'The link in a mail needs JavaScript, which is off in this browser. Type the code of the mail instead.',

  'enter.heading': 'Sign in to {brand}',
  'enter.button': 'Sign in',
  'enter.forgotten': 'Forgotten your password?',
  'enter.newHere': 'New here?',
  'enter.create': 'Create an account',
  'code.heading': 'Check your mail',
  'code.why':
    'If there is an account for this address, a mail with a code is on its way. Look in the spam folder, too. The link in the mail works as well.',
  'code.heading.typed': 'Sign in with a code',
  'code.why.typed': 'Enter your e-mail address and the 6-digit code from the mail.',
  'second.heading': 'One more step',
  'second.why': 'Your account asks for a second factor.',
  'second.why.passkey': 'Your account asks for a passkey.',
  'factor.why': 'This needs a second factor. You stay signed in.',
  'fresh.heading': 'Confirm that it is you',
  'fresh.why': 'Your sign-in is older than ten minutes. This needs a new one. You stay signed in.',
  'link.why': 'Press the button to sign in to your account in this browser.',
  'link.notYou': 'Continue only if you asked for this mail yourself. Otherwise close this page.',
  'done.heading': 'You are signed in',
  'done.why': 'If nothing happens, press the button.',

  'new.heading': 'Create your account',
  'new.button': 'Create account',
  'new.known': 'You have an account?',
  'new.signIn': 'Sign in',
  'confirm.heading': 'Check your mail',
  'confirm.why':
    'A mail with a 6-digit code is on its way. Enter the code here to confirm your address. If you have an account already, the mail says so.',
  'confirm.otherAddress': 'Use another e-mail address',

  'forgot.heading': 'Forgotten your password?',
  'forgot.why': 'Enter the e-mail address of your account. We send you a code to set a new password.',
  'forgot.back': 'Back to sign-in',
  'reset.heading': 'Set a new password',
  'reset.why':
    'If there is an account for this address, a mail with a code is on its way. Look in the spam folder, too.',

  'say.email.invalid': 'Enter your e-mail address, such as ada@example.com.',
  'say.password.missing': 'Enter your password.',
  'say.password.long': 'A password has at most 1024 characters.',
  'say.name.invalid': 'A name has at most 200 characters, and no invisible ones.',
  'say.code.form': 'Enter the six digits of the code.',
  'say.factor.form': 'Enter six digits from your authenticator app, or a recovery code.',
  'say.auth.invalid_credentials':
    'The e-mail address or the password is wrong, or the address is not confirmed yet. Check both, or get a code by mail.',
  'say.password.wrong': 'This password is wrong. Try again, or get a code by mail.',
  'say.token.invalid':
    'This code does not work. It is wrong, already used or too old, or a newer mail has replaced it. Check the code, or get a new mail.',
  'say.link.invalid':
    'This link no longer works: it was already used, or it is too old. Enter your e-mail address to get a new mail.',
  'say.link.damaged': 'This link is incomplete. Copy all of it from the mail, or get a new mail.',
  'say.mfa.code_invalid': 'This code is wrong or was already used. Wait for the next code, or use a recovery code.',
  'say.mfa.challenge_invalid': 'It took too long, or there were too many wrong codes. Sign in again.',
  'say.mfa.factor_required': 'Your account needs its second factor here.',
  'say.passkey.invalid': 'This passkey does not work here. Try another one, or sign in another way.',
  'say.passkey.cancelled': 'No passkey was used. Try again, or sign in another way.',
  'say.provider.failed': 'The sign-in with the provider did not work. Try again, or sign in another way.',
  'say.provider.flow_invalid':
    'This sign-in is already finished, or it took too long. Go back to the page you came from and start again, or sign in here.',
  'say.user.email_taken': 'There is an account with this e-mail address. Sign in with it, or use another address.',
  'say.user.password_refused': 'Please choose another password.',
  'say.user.no_password': 'Your account has no password. Get a code by mail.',
  'say.mail.again': 'If this address can get a mail, a new one is on its way. Only the code of the newest mail works.',
  'say.reset': 'Your password was changed. Sign in with the new one.',
  'say.expired': 'This page has waited too long. Start again.',
  'say.signedOut': 'You are signed out meanwhile. Sign in again.',
  'say.cookies':
    'You are not signed in: this browser did not keep our cookie. Allow cookies for {host} in its settings, then sign in again.',
  'say.request.origin_refused':
    'Nothing was done: this form did not come from {host}. Fill in the form here, or open this page in another browser.',
  'say.request.invalid': 'A field of this form is not valid. Check the form and try again.',
  'say.request.rate_limited': 'Too many tries. Try again {when}.',
  'say.server.busy': 'The server is busy. Try again in a moment.',
  'say.server.error': 'Something went wrong on our side. Try again in a moment.',
  'say.offline': 'The server did not answer. Check your connection and try again.',

  'refused.short': 'It is too short: it needs at least {min, plural, one {# character} other {# characters}}.',
  'refused.long': 'It is too long.',
  'refused.common': 'It is one of the most used passwords.',
  'refused.context': 'It consists mostly of your name, your e-mail address or the name of this service.',
  'refused.stolen': 'It is in a list of stolen passwords.',
} as const
