import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'invitation.org': 'Organização',
  'invitation.inviter': 'Convite de',
  'invitation.subject': 'Você recebeu um convite para uma organização em {brand}',
  'invitation.heading': 'Você recebeu um convite',
  'invitation.why': 'Alguém convida você para uma organização em {brand}.',
  'invitation.button': 'Ver o convite',
  'invitation.life':
    'O botão funciona uma vez, em até {days, plural, one {# dia} other {# dias}}, para a conta com este endereço de e-mail. Se você não tem uma conta, pode criar uma antes.',
  'invitation.notYou':
    'Se você não conhece esta organização, ignore este e-mail. Nada acontece sem você, e ninguém fica sabendo se você tem uma conta.',
}
