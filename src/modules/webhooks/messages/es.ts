import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'fact.webhookHost': 'Servidor',
  'webhook-target.subject': 'Los eventos de {brand} se envían a un servidor nuevo',
  'webhook-target.heading': 'Se configuró un webhook',
  'webhook-target.why': 'A partir de ahora, {brand} envía eventos a este servidor. Se configuró con su cuenta.',
  'webhook-target.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta. Elimine el webhook de inmediato, cambie su contraseña y cierre las sesiones que no conozca.',
  'webhook-disabled.subject': 'Se desactivó un webhook de {brand}',
  'webhook-disabled.heading': 'Se desactivó un webhook',
  'webhook-disabled.why':
    'Los eventos de {brand} no llegaron a este servidor durante días, o el servidor respondió que ya no los acepta. Ahora no se envía nada allí.',
  'webhook-disabled.notYou':
    'Repare el servidor y vuelva a activar el webhook. Entonces se envía lo que esperaba. Los eventos posteriores se pueden reenviar durante 14 días.',
}
