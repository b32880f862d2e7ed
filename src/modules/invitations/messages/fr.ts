import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'invitation.org': 'Organisation',
  'invitation.inviter': 'Invitation de',
  'invitation.subject': 'Vous avez une invitation à une organisation sur {brand}',
  'invitation.heading': 'Vous avez une invitation',
  'invitation.why': 'Quelqu’un vous invite dans son organisation sur {brand}.',
  'invitation.button': 'Voir l’invitation',
  'invitation.life':
    'Le bouton fonctionne une seule fois, dans un délai de {days, plural, one {# jour} other {# jours}}, pour le compte qui a cette adresse e-mail. Si vous n’avez pas de compte, vous pouvez d’abord en créer un.',
  'invitation.notYou':
    'Si vous ne connaissez pas cette organisation, ignorez cet e-mail. Rien ne se passe sans vous, et personne n’apprend si vous avez un compte.',
}
