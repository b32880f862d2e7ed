/** Texts of the mails of this feature, in English. */
export const en = {
  'fact.provider': 'Provider',
  'identity-linked.subject': 'A new way to sign in to your account at {brand}',
  'identity-linked.heading': 'A new way to sign in',
  'identity-linked.why':
    'An identity at another provider was linked to your account at {brand}. It can be used to sign in from now on.',
  'identity-linked.notYou':
    'If it was not you, someone else may be using your account: unlink it, end all other sessions, and change your password at once.',

  'identity-unlinked.subject': 'A way to sign in to your account at {brand} was removed',
  'identity-unlinked.heading': 'A way to sign in was removed',
  'identity-unlinked.why':
    'An identity at another provider was unlinked from your account at {brand}. It can no longer be used to sign in.',
  'identity-unlinked.notYou':
    'If it was not you, someone else may be using your account: end all other sessions, and change your password at once.',
} as const
