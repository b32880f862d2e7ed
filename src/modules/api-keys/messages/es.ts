import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'fact.apiKey': 'Clave de API',
  'api-key-created.subject': 'Se creó una clave de API con su cuenta de {brand}',
  'api-key-created.heading': 'Se creó una clave de API',
  'api-key-created.why':
    'A partir de ahora, un programa con esta clave puede actuar en {brand} con permisos de su cuenta.',
  'api-key-created.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta. Revoque la clave de inmediato, cambie su contraseña y cierre las sesiones que no conozca.',
  'api-key-revoked.subject': 'Se encontró y revocó una clave de API de {brand}',
  'api-key-revoked.heading': 'Se revocó una clave de API',
  'api-key-revoked.why':
    'Alguien nos envió esta clave, así que estaba en un lugar donde otros pueden leerla. Ya no funciona en {brand}.',
  'api-key-revoked.notYou':
    'Busque el lugar donde se publicó la clave y quítela de allí. Busque cambios desconocidos hechos con la clave. Después, cree una clave nueva.',
}
