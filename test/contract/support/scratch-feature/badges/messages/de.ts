import type { en } from './en.ts'

export const de: Record<keyof typeof en, string> = {
  'fact.badge': 'Abzeichen',
  'badge-awarded.subject': 'Sie haben ein neues Abzeichen bei {brand}',
  'badge-awarded.heading': 'Sie haben ein neues Abzeichen',
  'badge-awarded.why': 'Die Administration von {brand} hat Ihnen ein Abzeichen verliehen.',
  'badge-awarded.notYou': 'Wenn Sie es nicht möchten, melden Sie es dem Support von {brand}.',
}
