import type { en } from './en.ts'

/** Texts of every mail, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'proof.enterCode': 'Introduzca este código donde lo dejó:',
  'proof.orLink': 'O continúe en su navegador:',
  'proof.life':
    'El código y el botón funcionan una sola vez, en un plazo de {life}. No comparta nunca el código con otra persona, aunque se lo pida.',
  'life.minutes': '{count, plural, one {# minuto} other {# minutos}}',
  'life.hours': '{count, plural, one {# hora} other {# horas}}',
  'proof.preview': 'Su código es {code}',
  'fact.when': 'Cuándo',
  'fact.device': 'Dispositivo',
  'fact.address': 'Dirección IP',
  time: '{at, date, utc}',
  footer: 'Enviado por {brand} ({host}) acerca de su cuenta. Las respuestas a este correo no se leen.',
}
