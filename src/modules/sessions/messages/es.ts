import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'new-device.subject': 'Nuevo inicio de sesión en su cuenta de {brand}',
  'new-device.heading': 'Nuevo inicio de sesión en su cuenta',
  'new-device.why': 'Se inició sesión en su cuenta de {brand} desde un dispositivo o una red nuevos.',
  'new-device.notYou':
    'Si fue usted, no tiene que hacer nada. Si no fue usted, cambie su contraseña de inmediato y cierre las sesiones que no conozca.',
}
