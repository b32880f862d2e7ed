import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'fact.webhookHost': 'Servidor',
  'webhook-target.subject': 'Os eventos de {brand} são enviados para um novo servidor',
  'webhook-target.heading': 'Um webhook foi configurado',
  'webhook-target.why':
    'A partir de agora, {brand} envia eventos para este servidor. Ele foi configurado com a sua conta.',
  'webhook-target.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: exclua o webhook imediatamente, altere sua senha e encerre as sessões que não reconhece.',
  'webhook-disabled.subject': 'Um webhook de {brand} foi desativado',
  'webhook-disabled.heading': 'Um webhook foi desativado',
  'webhook-disabled.why':
    'Os eventos de {brand} não chegaram a este servidor durante dias, ou o servidor respondeu que não aceita mais. Nada mais é enviado para lá.',
  'webhook-disabled.notYou':
    'Repare o servidor e ative o webhook de novo. O que esperava é enviado então. Os eventos posteriores podem ser reenviados durante 14 dias.',
}
