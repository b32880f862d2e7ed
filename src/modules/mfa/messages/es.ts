import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'totp-added.subject': 'Se añadió una aplicación de autenticación a su cuenta de {brand}',
  'totp-added.heading': 'Se añadió una aplicación de autenticación',
  'totp-added.why': 'A partir de ahora, {brand} también pide un código de esta aplicación cuando inicia sesión.',
  'totp-added.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: cambie su contraseña de inmediato y avise al soporte de {brand}.',
  'totp-removed.subject': 'Se quitó la aplicación de autenticación de su cuenta de {brand}',
  'totp-removed.heading': 'Se quitó su aplicación de autenticación',
  'totp-removed.why': '{brand} ya no pide un código de esta aplicación cuando inicia sesión.',
  'totp-removed.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: cambie su contraseña de inmediato y vuelva a añadir la aplicación.',
  'recovery-code-used.subject': 'Se usó un código de recuperación de su cuenta de {brand}',
  'recovery-code-used.heading': 'Se usó un código de recuperación',
  'recovery-code-used.why':
    'Alguien inició sesión en su cuenta de {brand} con el primer factor y uno de sus códigos de recuperación. Ese código ya no sirve.',
  'recovery-code-used.notYou':
    'Si fue usted, no tiene que hacer nada. Si no, cambie su contraseña de inmediato y cree nuevos códigos de recuperación.',
  'recovery-codes-made.subject': 'Nuevos códigos de recuperación para su cuenta de {brand}',
  'recovery-codes-made.heading': 'Se crearon nuevos códigos de recuperación',
  'recovery-codes-made.why':
    'Su cuenta de {brand} tiene nuevos códigos de recuperación. Los anteriores ya no funcionan.',
  'recovery-codes-made.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: cambie su contraseña de inmediato y cree nuevos códigos de recuperación.',
  'factors-reset.subject': 'Se quitaron los segundos factores de su cuenta de {brand}',
  'factors-reset.heading': 'Se quitaron sus segundos factores',
  'factors-reset.why':
    'Un administrador de {brand} quitó la aplicación de autenticación, las llaves de acceso y los códigos de recuperación de su cuenta, y cerró todas sus sesiones.',
  'factors-reset.notYou':
    'Si no lo pidió, avise de inmediato al soporte de {brand}. Si lo pidió, inicie sesión y vuelva a añadir un segundo factor.',
}
