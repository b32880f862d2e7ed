import type { en } from './en.ts'

export const es: Record<keyof typeof en, string> = {
  'fact.badge': 'Insignia',
  'badge-awarded.subject': 'Tiene una nueva insignia en {brand}',
  'badge-awarded.heading': 'Tiene una nueva insignia',
  'badge-awarded.why': 'Un administrador de {brand} le concedió una insignia.',
  'badge-awarded.notYou': 'Si no la quiere, avise al soporte de {brand}.',
}
