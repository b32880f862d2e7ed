import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'invitation.org': 'Organización',
  'invitation.inviter': 'Invitación de',
  'invitation.subject': 'Tiene una invitación a una organización en {brand}',
  'invitation.heading': 'Tiene una invitación',
  'invitation.why': 'Alguien le invita a su organización en {brand}.',
  'invitation.button': 'Ver la invitación',
  'invitation.life':
    'El botón funciona una sola vez, en un plazo de {days, plural, one {# día} other {# días}}, para la cuenta con esta dirección de correo electrónico. Si no tiene una cuenta, puede crearla primero.',
  'invitation.notYou':
    'Si no conoce esta organización, ignore este correo. Nada ocurre sin usted, y nadie sabrá si tiene una cuenta.',
}
