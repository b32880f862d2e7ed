import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'impersonated.subject': 'Un administrador de {brand} actúa en su cuenta',
  'impersonated.heading': 'Un administrador actúa en su cuenta',
  'impersonated.why':
    'Un administrador de {brand} puede ver y usar su cuenta durante una hora como máximo, por ejemplo, para ayudarle. No puede cambiar su contraseña, su dirección ni sus factores.',
  'impersonated.notYou': 'Si no sabe el motivo, pregunte a los administradores de {brand}.',
}
