import type { en } from './en.ts'

/** The texts around the content of each page, in French. */
export const fr: Record<keyof typeof en, string> = {
  footer: 'Vérifiez que la barre d’adresse affiche {host}.',
  server: 'Cette page est un service de {server}.',
  languages: 'Langue',
  terms: 'Conditions',
  privacy: 'Confidentialité',
  support: 'Aide',
}
