import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'sign-in.subject': 'Su código para iniciar sesión en {brand}',
  'sign-in.heading': 'Iniciar sesión en {brand}',
  'sign-in.why': 'Alguien pidió iniciar sesión en su cuenta con esta dirección de correo electrónico.',
  'sign-in.button': 'Iniciar sesión',
  'sign-in.notYou': 'Si no fue usted, ignore este correo. Sin el código, ninguna otra persona puede iniciar sesión.',
}
