/**
 * The texts of the pages in English. ICU MessageFormat:
 * https://unicode-org.github.io/icu/userguide/format_parse/messages/
 */
export const en = {
  'field.email': 'E-mail address',
  'field.email.hint': 'such as ada@example.com',
  'field.code': '6-digit code',
  'field.code.hint': 'six digits, from the mail',
  'field.factor': 'Code',
  'field.factor.hint': 'Six digits from your authenticator app, or one of your recovery codes.',
  'field.rememberDevice': 'Do not ask on this device for 30 days',
  'field.password': 'New password',
  'field.password.hint':
    'At least {min, plural, one {# character} other {# characters}}. A few words that you can remember make a good password.',
  'field.password.show': 'Show password',

  'code.why': 'Enter your e-mail address and the 6-digit code from the mail.',
  'code.ask': 'Send me a new mail',
  'ask.heading': 'Get a new mail',
  'ask.why': 'Enter your e-mail address. We then send you a new link and a new code.',
  'ask.button': 'Send mail',
  'ask.code': 'I have a code',
  'factor.heading': 'One more step',
  'factor.why': 'Your account asks for a second factor.',
  'factor.button': 'Sign in',
  'factor.passkey': 'Use a passkey',
  'done.return': 'Continue to {brand}',
  late: 'Still loading. If nothing happens, reload this page: the link still works.',
  noscript:
    'This page needs JavaScript, but JavaScript is off in this browser. Turn it on, then open the link in the mail again. The link still works.',

  'say.link.invalid': 'This link no longer works: it was already used, or it is too old.',
  'say.link.damaged': 'This link is incomplete. Copy all of it from the mail, or get a new mail.',
  'say.code.invalid':
    'This code does not work. It is wrong, already used or too old, or a newer mail has replaced it. Check the code, or get a new mail.',
  'say.mfa.required':
    'You are not signed in. Your account also needs a passkey, and this browser does not support passkeys. Use another browser.',
  'say.passkey.invalid': 'This passkey does not work here. Try another one, or sign in in another way.',
  'say.passkey.cancelled': 'No passkey was used. Try again, or sign in in another way.',
  'say.mfa.code_invalid': 'This code is wrong or was already used. Wait for the next code, or use a recovery code.',
  'say.mfa.challenge_invalid': 'It took too long, or there were too many wrong codes. Get a new mail to start again.',
  'say.mail.requested':
    'If there is an account for this address, a mail is on its way. Look in the spam folder, too, then enter the code here or open the link.',
  'say.user.email_taken':
    'Another account now uses this e-mail address. Sign in with that account, or use another address.',
  'say.user.password_refused': 'Please choose another password.',
  'say.request.origin_refused': 'The address of this page is not {host}. Open the link in the mail again.',
  'say.request.invalid': 'A field of this form is not valid. Check the form and try again.',
  'say.request.rate_limited': 'Too many tries. Try again {when}.',
  'say.server.busy': 'The server is busy. Try again in a moment.',
  'say.server.error': 'Something went wrong on our side. Try again in a moment.',
  'say.offline': 'The server did not answer. Check your connection and try again.',

  'reset-password.noscript': 'Without JavaScript you set a new password with a code that we send you.',
  'reset-password.noscript.link': 'Get a code',

  'verify-email.link.heading': 'Confirm your e-mail address',
  'verify-email.link.why': 'Press the button to confirm that this address is yours.',
  'verify-email.link.button': 'Confirm e-mail address',
  'verify-email.link.notYou': 'If you did not sign up at {brand}, close this page. Nothing happens without the button.',
  'verify-email.done.heading': 'Your e-mail address is confirmed',
  'verify-email.done.why': 'You can close this page and continue where you signed up.',
  'verify-email.say.link.invalid':
    'This link no longer works: it was already used, or it is too old. If you have confirmed your address, sign in.',
  'verify-email.say.mail.requested':
    'If this address is not confirmed yet, a mail is on its way. Look in the spam folder, too, then enter the code here or open the link.',

  'confirm-email.link.heading': 'Confirm your new e-mail address',
  'confirm-email.link.why': 'Press the button to make this the address of your account. We then send your mails to it.',
  'confirm-email.link.button': 'Confirm new address',
  'confirm-email.link.notYou': 'If you did not ask for this, close this page. Nothing happens without the button.',
  'confirm-email.ask.heading': 'Enter the new address again',
  'confirm-email.ask.why':
    'Sign in at {brand}, and enter the new address in your account again. You then get a new mail. Your account keeps its old address until you confirm the new one.',
  'confirm-email.done.heading': 'Your new e-mail address is confirmed',
  'confirm-email.done.why': 'Sign in with it from now on. We have also sent a mail to your old address.',

  'reset-password.link.heading': 'Set a new password',
  'reset-password.link.why': 'It replaces the old password of your account.',
  'reset-password.link.button': 'Set new password',
  'reset-password.link.notYou': 'If you did not ask for this, close this page: your password stays as it is.',
  'reset-password.ask.heading': 'Reset your password',
  'reset-password.ask.why': 'Enter the e-mail address of your account, and we send you a link and a code.',
  'reset-password.done.heading': 'Your password was changed',
  'reset-password.done.why': 'Sign in with the new password from now on. You are signed out on all devices.',

  'field.currentPassword': 'Password',
  'enter.heading': 'Sign in first',
  'enter.why': 'Sign in with the e-mail address that was invited.',
  'enter.button': 'Sign in',
  'enter.byMail': 'Sign in by e-mail instead',
  'new.heading': 'Create an account',
  'new.why': 'Use the e-mail address that was invited.',
  'new.button': 'Create account',
  'new.enter': 'I have an account',
  'confirm.heading': 'Confirm your e-mail address',
  'confirm.button': 'Confirm e-mail address',
  'again.why': 'Enter your e-mail address. We then send you a new code.',
  'say.go.on': 'Thank you. Press the button to go on.',
  'say.auth.invalid_credentials': 'The e-mail address or the password is wrong, or the address is not confirmed yet.',
  'say.invitation.not_found':
    'This invitation does not work with your account: it is for another address, or it was used, revoked or is too old. Sign in with the invited address, or ask for a new invitation.',
  'say.invitation.already_member': 'You are a member of this organisation already.',
  'say.invitation.email_unverified': 'Confirm your e-mail address first. Then open the invitation again.',
  'say.invitation.domain_refused': 'The organisation does not accept addresses of your domain.',
  'say.org.too_many': 'You are a member of too many organisations.',
  'accept-invitation.link.heading': 'Join the organisation',
  'accept-invitation.link.why':
    'Press the button to accept the invitation. You need an account with the invited e-mail address.',
  'accept-invitation.link.org': 'Organisation',
  'accept-invitation.link.inviter': 'Invited by',
  'accept-invitation.link.button': 'Join',
  'accept-invitation.link.notYou':
    'If you do not know the organisation in the mail, close this page. Nothing happens without the button.',
  'accept-invitation.missing.why': 'Open the link in the mail with your invitation. You find it in your account, too.',
  'accept-invitation.missing.account': 'Go to your account',
  'accept-invitation.ask.heading': 'Sign in by e-mail',
  'accept-invitation.ask.why': 'Enter the e-mail address of your account, and we send you a code.',
  'accept-invitation.done.heading': 'You are a member',
  'accept-invitation.done.why': 'You can close this page, or continue.',
  'accept-invitation.say.user.email_taken': 'There is an account with this e-mail address. Sign in with it.',
  'accept-invitation.say.mail.requested':
    'If this address can be used, a mail is on its way. Look in the spam folder, too, then enter the code here.',
} as const
