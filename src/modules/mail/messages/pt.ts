import type { en } from './en.ts'

/** Texts of every mail, in Portuguese. A message that exists in English and not here does not compile. */
export const pt: Record<keyof typeof en, string> = {
  'proof.enterCode': 'Digite este código onde você parou:',
  'proof.orLink': 'Ou continue no navegador:',
  'proof.life':
    'O código e o botão funcionam uma única vez, dentro de {life}. Nunca compartilhe o código, seja quem for que o peça.',
  'life.minutes': '{count, plural, one {# minuto} other {# minutos}}',
  'life.hours': '{count, plural, one {# hora} other {# horas}}',
  'proof.preview': 'Seu código é {code}',
  'fact.when': 'Quando',
  'fact.device': 'Dispositivo',
  'fact.address': 'Endereço IP',
  time: '{at, date, utc}',
  footer: 'Enviado por {brand} ({host}) sobre a sua conta. As respostas a este e-mail não são lidas.',
}
