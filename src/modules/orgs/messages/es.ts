import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'fact.org': 'Organización',
  'org-deleted.subject': 'Se eliminó una organización suya en {brand}',
  'org-deleted.heading': 'Se eliminó una organización suya',
  'org-deleted.why':
    'Se eliminó una organización de la que usted es propietario. Sus miembros ya no pueden usarla. Un propietario puede restaurarla en un plazo de 30 días. Después se borra.',
  'org-deleted.notYou': 'Si nadie en la organización lo quería, restáurela y cambie su contraseña.',
  'org-transferred.subject': 'Una organización en {brand} tiene un nuevo propietario',
  'org-transferred.heading': 'Una organización tiene un nuevo propietario',
  'org-transferred.why': 'Una organización de la que usted es o era propietario se transfirió a uno de sus miembros.',
  'org-transferred.notYou':
    'Si nadie en la organización lo quería, póngase en contacto de inmediato con el soporte de {brand} y cambie su contraseña.',
}
