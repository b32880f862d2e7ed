/** The texts of the mails of this feature, in English. */
export const en = {
  'fact.org': 'Organisation',
  'org-deleted.subject': 'An organisation of yours at {brand} was deleted',
  'org-deleted.heading': 'An organisation of yours was deleted',
  'org-deleted.why':
    'An organisation that you own was deleted. Its members cannot use it any more. An owner can restore it within 30 days. Then it is erased.',
  'org-deleted.notYou': 'If nobody in the organisation wanted this, restore it, and change your password.',
  'org-transferred.subject': 'An organisation at {brand} has a new owner',
  'org-transferred.heading': 'An organisation has a new owner',
  'org-transferred.why': 'An organisation that you own or owned was transferred to one of its members.',
  'org-transferred.notYou':
    'If nobody in the organisation wanted this, contact the support of {brand} at once, and change your password.',
} as const
