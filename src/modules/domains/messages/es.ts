import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'domain-lost.domain': 'Dominio',
  'domain-lost.org': 'Organización',
  'domain-lost.subject': 'Un dominio de su organización en {brand} ya no está verificado',
  'domain-lost.heading': 'Un dominio ya no está verificado',
  'domain-lost.why':
    'Dos comprobaciones semanales no encontraron el registro DNS de este dominio. A partir de ahora, nadie se une a su organización por una dirección de este dominio. Los miembros permanecen.',
  'domain-lost.notYou':
    'Si el dominio sigue siendo suyo, vuelva a poner el registro y verifique el dominio. Si alguien quitó el registro sin que usted lo supiera, compruebe quién puede cambiar su DNS.',
}
