import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'reset-password.subject': 'Restablezca su contraseña de {brand}',
  'reset-password.heading': 'Restablezca su contraseña',
  'reset-password.why': 'Recibimos una solicitud para establecer una nueva contraseña en su cuenta de {brand}.',
  'reset-password.button': 'Establecer una contraseña nueva',
  'reset-password.notYou': 'Si no fue usted, ignore este correo: su contraseña sigue igual.',
  'password-changed.subject': 'Se cambió su contraseña de {brand}',
  'password-changed.heading': 'Se cambió su contraseña',
  'password-changed.why': 'Su cuenta de {brand} tiene una contraseña nueva.',
  'password-changed.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta. Establezca una contraseña nueva de inmediato, con «Olvidé mi contraseña» donde inicia sesión.',
}
