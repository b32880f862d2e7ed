import type { en } from './en.ts'

/** The texts around the content of each page, in German. */
export const de: Record<keyof typeof en, string> = {
  footer: 'Prüfen Sie, ob in der Adressleiste {host} steht.',
  server: 'Diese Seite ist ein Dienst von {server}.',
  languages: 'Sprache',
  terms: 'Nutzungsbedingungen',
  privacy: 'Datenschutz',
  support: 'Hilfe',
}
