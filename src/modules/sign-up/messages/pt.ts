import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'account-exists.subject': 'Você já tem uma conta em {brand}',
  'account-exists.heading': 'Você já tem uma conta',
  'account-exists.why':
    'Alguém tentou criar uma conta em {brand} com este endereço de e-mail. Ele já tem uma conta: basta entrar nela.',
  'account-exists.forgotten': 'Se você não lembra mais da sua senha, defina uma nova:',
  'account-exists.button': 'Definir nova senha',
  'account-exists.notYou': 'Se não foi você, não é preciso fazer nada: sua conta continua como está.',
}
