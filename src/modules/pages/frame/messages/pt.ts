import type { en } from './en.ts'

/** The texts around the content of each page, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  footer: 'Confira se a barra de endereço mostra {host}.',
  languages: 'Idioma',
  terms: 'Termos',
  privacy: 'Privacidade',
  support: 'Ajuda',
}
