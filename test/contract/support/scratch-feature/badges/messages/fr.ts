import type { en } from './en.ts'

export const fr: Record<keyof typeof en, string> = {
  'fact.badge': 'Badge',
  'badge-awarded.subject': 'Vous avez un nouveau badge sur {brand}',
  'badge-awarded.heading': 'Vous avez un nouveau badge',
  'badge-awarded.why': 'Un administrateur de {brand} vous a décerné un badge.',
  'badge-awarded.notYou': 'Si vous n’en voulez pas, prévenez l’assistance de {brand}.',
}
