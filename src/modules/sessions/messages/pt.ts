import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'new-device.subject': 'Novo acesso à sua conta em {brand}',
  'new-device.heading': 'Novo acesso à sua conta',
  'new-device.why': 'Alguém entrou na sua conta em {brand} com um dispositivo que ainda não conhecíamos.',
  'new-device.notYou':
    'Se foi você, não é preciso fazer nada. Se não, altere sua senha imediatamente e encerre as sessões que não reconhece.',
}
