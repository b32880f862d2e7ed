import type { en } from './en.ts'

/** The texts around the content of each page, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  footer: 'Confira se a barra de endereço mostra {host}.',
  server: 'Esta página é um serviço de {server}.',
  languages: 'Idioma',
  terms: 'Termos',
  privacy: 'Privacidade',
  support: 'Ajuda',
}
