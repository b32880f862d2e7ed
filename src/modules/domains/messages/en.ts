/** Texts of the mails of this feature, in English. */
export const en = {
  'domain-lost.domain': 'Domain',
  'domain-lost.org': 'Organisation',
  'domain-lost.subject': 'A domain of your organisation at {brand} is no longer verified',
  'domain-lost.heading': 'A domain is no longer verified',
  'domain-lost.why':
    'Two weekly checks did not find the DNS record of this domain. From now on, nobody joins your organisation by an address of this domain. Members stay.',
  'domain-lost.notYou':
    'If the domain is still yours, set the record again and verify the domain. If someone removed the record without your knowledge, check who can change your DNS.',
} as const
