/** Texts of the mails of this feature, in English. */
export const en = {
  'invitation.org': 'Organisation',
  'invitation.inviter': 'Invited by',
  'invitation.subject': 'You are invited to an organisation at {brand}',
  'invitation.heading': 'You are invited',
  'invitation.why': 'Someone invites you to their organisation at {brand}.',
  'invitation.button': 'See the invitation',
  'invitation.life':
    'The button works once, within {days, plural, one {# day} other {# days}}, for the account with this e-mail address. If you have no account, you can make one first.',
  'invitation.notYou':
    'If you do not know this organisation, ignore this mail. Nothing happens without you, and nobody learns whether you have an account.',
} as const
