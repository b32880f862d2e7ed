import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'account-deleted.subject': 'Sua conta em {brand} foi excluída',
  'account-deleted.heading': 'Sua conta foi excluída',
  'account-deleted.why':
    'Sua conta em {brand} não existe mais, e ninguém pode entrar nela. Este é o último e-mail sobre ela.',
  'account-deleted.notYou': 'Se não foi você, avise o suporte de {brand} imediatamente.',

  'username-changed.subject': 'O nome de usuário da sua conta em {brand} foi alterado',
  'username-changed.heading': 'Seu nome de usuário foi alterado',
  'username-changed.why':
    'Sua conta em {brand} tem outro nome de usuário, ou não tem mais nenhum. Entre com o novo nome ou com o seu e-mail.',
  'username-changed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: escolha uma nova senha e avise o suporte de {brand}.',
}
