import type { en } from './en.ts'

/** The texts around the content of each page, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  footer: 'Compruebe que la barra de direcciones muestra {host}.',
  server: 'Esta página es un servicio de {server}.',
  languages: 'Idioma',
  terms: 'Términos',
  privacy: 'Privacidad',
  support: 'Ayuda',
}
