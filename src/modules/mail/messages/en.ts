/** What mails say, in English. ICU messages: `{brand}` is BRAND_NAME, `{at}` a time. */
export const en = {
  'proof.enterCode': 'Enter this code where you left off:',
  'proof.orLink': 'Or continue in your browser:',
  'proof.life': 'The code and the button work once, within {life}. Never share the code, whoever asks for it.',
  'life.minutes': '{count, plural, one {# minute} other {# minutes}}',
  'life.hours': '{count, plural, one {# hour} other {# hours}}',
  'proof.preview': 'Your code is {code}',
  'fact.when': 'When',
  'fact.device': 'Device',
  'fact.address': 'IP address',
  'fact.passkey': 'Passkey',
  'fact.provider': 'Provider',
  'fact.newEmail': 'New e-mail address',
  time: '{at, date, utc}',
  footer: 'Sent by {brand} ({host}) about your account. Replies to this mail are not read.',

  'verify-email.subject': 'Confirm your e-mail address for {brand}',
  'verify-email.heading': 'Confirm your e-mail address',
  'verify-email.why': 'This address was given for an account at {brand}. Confirm that it is yours.',
  'verify-email.button': 'Confirm e-mail address',
  'verify-email.notYou': 'If it was not you, ignore this mail: without the code, nobody can use your address.',

  'change-email.subject': 'Confirm your new e-mail address for {brand}',
  'change-email.heading': 'Confirm your new e-mail address',
  'change-email.why':
    'This address is to become the e-mail address of an account at {brand}. Confirm that it is yours.',
  'change-email.button': 'Confirm new e-mail address',
  'change-email.notYou': 'If it was not you, ignore this mail: without the code, nobody can use your address.',

  'email-changed.subject': 'Your e-mail address for {brand} was changed',
  'email-changed.heading': 'Your e-mail address was changed',
  'email-changed.why':
    'Your account at {brand} has a new e-mail address. From now on, mails go there, and no longer here.',
  'email-changed.notYou':
    'If it was not you, somebody else may be using your account: tell the support of {brand} at once.',

  'reset-password.subject': 'Reset your password for {brand}',
  'reset-password.heading': 'Reset your password',
  'reset-password.why': 'Somebody asked to set a new password for your account at {brand}.',
  'reset-password.button': 'Set a new password',
  'reset-password.notYou': 'If it was not you, ignore this mail: your password stays as it is.',

  'password-changed.subject': 'Your password for {brand} was changed',
  'password-changed.heading': 'Your password was changed',
  'password-changed.why': 'Your account at {brand} has a new password.',
  'password-changed.notYou':
    'If it was not you, somebody else may be using your account: set a new password at once, with “Forgot password” where you sign in.',

  'sign-in.subject': 'Your sign-in code for {brand}',
  'sign-in.heading': 'Sign in to {brand}',
  'sign-in.why': 'Somebody asked to sign in to your account with this e-mail address.',
  'sign-in.button': 'Sign in',
  'sign-in.notYou': 'If it was not you, ignore this mail: without the code, nobody gets in.',

  'account-exists.subject': 'You already have an account at {brand}',
  'account-exists.heading': 'You already have an account',
  'account-exists.why':
    'Somebody tried to sign up at {brand} with this e-mail address. It already has an account: sign in instead.',
  'account-exists.forgotten': 'If you no longer know your password, set a new one:',
  'account-exists.button': 'Set a new password',
  'account-exists.notYou': 'If it was not you, there is nothing to do: your account stays as it is.',

  'new-device.subject': 'New sign-in to your account at {brand}',
  'new-device.heading': 'New sign-in to your account',
  'new-device.why': 'Somebody signed in to your account at {brand} from a device we had not seen before.',
  'new-device.notYou':
    'If it was you, there is nothing to do. If not, change your password at once, and end the sessions you do not know.',

  'identity-linked.subject': 'A new way to sign in to your account at {brand}',
  'identity-linked.heading': 'A new way to sign in',
  'identity-linked.why':
    'An identity at another provider was linked to your account at {brand}. It can be used to sign in from now on.',
  'identity-linked.notYou':
    'If it was not you, somebody else may be using your account: unlink it, end all other sessions, and change your password at once.',

  'identity-unlinked.subject': 'A way to sign in to your account at {brand} was removed',
  'identity-unlinked.heading': 'A way to sign in was removed',
  'identity-unlinked.why':
    'An identity at another provider was unlinked from your account at {brand}. It can no longer be used to sign in.',
  'identity-unlinked.notYou':
    'If it was not you, somebody else may be using your account: end all other sessions, and change your password at once.',

  'account-deleted.subject': 'Your account at {brand} was deleted',
  'account-deleted.heading': 'Your account was deleted',
  'account-deleted.why':
    'Your account at {brand} no longer exists, and nobody can sign in to it. This is the last mail about it.',
  'account-deleted.notYou': 'If it was not you, tell the support of {brand} at once.',

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

  'totp-added.subject': 'An authenticator app was added to your account at {brand}',
  'totp-added.heading': 'An authenticator app was added',
  'totp-added.why': 'From now on, signing in to your account at {brand} asks for a code of this app as well.',
  'totp-added.notYou':
    'If it was not you, somebody else may be using your account: change your password at once, and tell the support of {brand}.',

  'totp-removed.subject': 'The authenticator app of your account at {brand} was removed',
  'totp-removed.heading': 'Your authenticator app was removed',
  'totp-removed.why': 'Signing in to your account at {brand} no longer asks for a code of this app.',
  'totp-removed.notYou':
    'If it was not you, somebody else may be using your account: change your password at once, and add the app again.',

  'recovery-code-used.subject': 'A recovery code of your account at {brand} was used',
  'recovery-code-used.heading': 'A recovery code was used',
  'recovery-code-used.why':
    'Somebody signed in to your account at {brand} with the first factor and one of your recovery codes. That code is used up.',
  'recovery-code-used.notYou':
    'If it was you, there is nothing to do. If not, change your password at once, and make new recovery codes.',

  'recovery-codes-made.subject': 'New recovery codes for your account at {brand}',
  'recovery-codes-made.heading': 'New recovery codes were made',
  'recovery-codes-made.why': 'Your account at {brand} has new recovery codes. Those you had before no longer work.',
  'recovery-codes-made.notYou':
    'If it was not you, somebody else may be using your account: change your password at once, and make new recovery codes.',

  'factors-reset.subject': 'The second factors of your account at {brand} were removed',
  'factors-reset.heading': 'Your second factors were removed',
  'factors-reset.why':
    'An administrator of {brand} removed the authenticator app, the passkeys and the recovery codes of your account, and signed you out everywhere.',
  'factors-reset.notYou':
    'If you did not ask for it, tell the support of {brand} at once. If you did, sign in and add a second factor again.',

  'unproved-removed.subject': 'What was set up before you confirmed your address at {brand} was removed',
  'unproved-removed.heading': 'What was set up before was removed',
  'unproved-removed.why':
    'You have shown {brand} that you read this address. What had been set up for it before, such as a password, a passkey or an authenticator app, was removed: somebody else may have done it.',
  'unproved-removed.notYou':
    'If it was yours, set it up again: a password with “Forgot password”, passkeys and apps once you are signed in.',
} as const
