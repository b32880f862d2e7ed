import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'account-exists.subject': 'Ya tiene una cuenta de {brand}',
  'account-exists.heading': 'Ya tiene una cuenta',
  'account-exists.why':
    'Recibimos un registro en {brand} con esta dirección de correo electrónico, pero la dirección ya tiene una cuenta. Inicie sesión.',
  'account-exists.forgotten': 'Si ya no sabe su contraseña, establezca una nueva:',
  'account-exists.button': 'Establecer una contraseña nueva',
  'account-exists.notYou': 'Si no fue usted, no tiene que hacer nada. Su cuenta no cambia.',
}
