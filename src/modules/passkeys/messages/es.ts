import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'fact.passkey': 'Llave de acceso',
  'passkey-added.subject': 'Se añadió una llave de acceso a su cuenta de {brand}',
  'passkey-added.heading': 'Se añadió una llave de acceso',
  'passkey-added.why': 'A partir de ahora, una nueva llave de acceso permite iniciar sesión en su cuenta de {brand}.',
  'passkey-added.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta. Quite la llave de acceso de inmediato, cambie su contraseña y cierre las sesiones que no conozca.',
  'passkey-removed.subject': 'Se quitó una llave de acceso de su cuenta de {brand}',
  'passkey-removed.heading': 'Se quitó una llave de acceso',
  'passkey-removed.why': 'Una de sus llaves de acceso ya no funciona en {brand}.',
  'passkey-removed.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta. Cambie su contraseña de inmediato y cierre las sesiones que no conozca.',
  'passkey-flagged.subject': 'Es posible que se haya copiado una llave de acceso de su cuenta de {brand}',
  'passkey-flagged.heading': 'Es posible que se haya copiado una llave de acceso',
  'passkey-flagged.why':
    'Rechazamos un inicio de sesión en su cuenta de {brand}. La llave de acceso cuenta sus usos, y la cuenta retrocedió. Es posible que exista una copia de la llave de acceso.',
  'passkey-flagged.notYou':
    'Por seguridad, quite esta llave de acceso y añada una nueva, aunque el inicio de sesión fuera suyo.',
}
