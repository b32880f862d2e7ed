/** The texts around the content of each page, in English. */
export const en = {
  footer: 'Check that the address bar shows {host}.',
  server: 'This page is a service of {server}.',
  languages: 'Language',
  terms: 'Terms',
  privacy: 'Privacy',
  support: 'Help',
} as const
