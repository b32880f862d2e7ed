/** What can go wrong with passkeys: a chapter of the catalogue in `errors.ts`. */
export const passkeyErrors = {
  'passkey.invalid': {
    status: 401,
    title: 'This passkey does not work here, or it took too long.',
    remedy:
      'Ask for new options and let the person choose a passkey again, within 5 minutes. The answer never says what was wrong.',
  },
  'passkey.not_created': {
    status: 400,
    title: 'This is not a passkey that was made for these options, or it took too long.',
    remedy: 'Ask for new options, and create the passkey anew within 5 minutes.',
  },
  'passkey.exists': {
    status: 409,
    title: 'This passkey is registered already.',
    remedy: 'Sign in with it, or create another one.',
  },
  'passkey.too_many': {
    status: 409,
    title: 'This account has as many passkeys as it may have.',
    remedy: 'Remove one that is no longer used, then add the new one.',
  },
  'passkey.not_found': {
    status: 404,
    title: 'There is no such passkey.',
    remedy: 'List the passkeys again: it may have been removed.',
  },
} as const
