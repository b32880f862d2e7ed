export const en = {
  'fact.badge': 'Badge',
  'badge-awarded.subject': 'You have a new badge at {brand}',
  'badge-awarded.heading': 'You have a new badge',
  'badge-awarded.why': 'An administrator of {brand} has awarded you a badge.',
  'badge-awarded.notYou': 'If you do not want it, tell the support of {brand}.',
} as const
