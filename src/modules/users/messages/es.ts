import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'account-deleted.subject': 'Se eliminó su cuenta de {brand}',
  'account-deleted.heading': 'Se eliminó su cuenta',
  'account-deleted.why':
    'Su cuenta de {brand} ya no existe. No es posible iniciar sesión en ella. Este es el último correo sobre ella.',
  'account-deleted.notYou': 'Si no fue usted, póngase en contacto de inmediato con el soporte de {brand}.',
  'username-changed.subject': 'Se cambió el nombre de usuario de su cuenta de {brand}',
  'username-changed.heading': 'Se cambió su nombre de usuario',
  'username-changed.why':
    'Su cuenta de {brand} tiene otro nombre de usuario, o ya no tiene ninguno. Inicie sesión con el nuevo o con su dirección de correo electrónico.',
  'username-changed.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: elija una contraseña nueva y avise al soporte de {brand}.',
}
