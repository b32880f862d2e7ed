import type { en } from './en.ts'

export const pt: Record<keyof typeof en, string> = {
  'fact.badge': 'Distintivo',
  'badge-awarded.subject': 'Você tem um novo distintivo em {brand}',
  'badge-awarded.heading': 'Você tem um novo distintivo',
  'badge-awarded.why': 'Um administrador de {brand} concedeu um distintivo a você.',
  'badge-awarded.notYou': 'Se você não o quer, avise o suporte de {brand}.',
}
