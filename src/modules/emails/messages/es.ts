import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'fact.newEmail': 'Nueva dirección de correo electrónico',
  'verify-email.subject': 'Confirme su dirección de correo electrónico para {brand}',
  'verify-email.heading': 'Confirme su dirección de correo electrónico',
  'verify-email.why': 'Alguien indicó esta dirección para una cuenta de {brand}. Confirme que es suya.',
  'verify-email.button': 'Confirmar la dirección',
  'verify-email.notYou':
    'Si no fue usted, ignore este correo. Sin el código, ninguna otra persona puede usar su dirección.',
  'change-email.subject': 'Confirme su nueva dirección de correo electrónico para {brand}',
  'change-email.heading': 'Confirme su nueva dirección de correo electrónico',
  'change-email.why': 'Alguien pidió usar esta dirección para una cuenta de {brand}. Confirme que es suya.',
  'change-email.button': 'Confirmar la nueva dirección',
  'change-email.notYou':
    'Si no fue usted, ignore este correo. Sin el código, ninguna otra persona puede usar su dirección.',
  'email-changed.subject': 'Se cambió su dirección de correo electrónico para {brand}',
  'email-changed.heading': 'Se cambió su dirección de correo electrónico',
  'email-changed.why':
    'Su cuenta de {brand} tiene una nueva dirección de correo electrónico. A partir de ahora, los correos llegan solo a la nueva dirección.',
  'email-changed.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: avise de inmediato al soporte de {brand}.',
  'unproved-removed.subject': 'Se quitaron métodos de acceso anteriores a la confirmación de su dirección en {brand}',
  'unproved-removed.heading': 'Se quitaron métodos de acceso anteriores',
  'unproved-removed.why':
    'Usted confirmó su dirección de correo electrónico en {brand}. Se quitaron todos los métodos de acceso anteriores, como una contraseña, una llave de acceso o una aplicación de autenticación, porque es posible que los configurara otra persona.',
  'unproved-removed.notYou':
    'Si los configuró usted, vuelva a configurarlos. Para una contraseña, use «Olvidé mi contraseña». Añada las llaves de acceso y las aplicaciones después de iniciar sesión.',
}
