import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'account-deleted.subject': 'Sua conta em {brand} foi excluída',
  'account-deleted.heading': 'Sua conta foi excluída',
  'account-deleted.why':
    'Sua conta em {brand} não existe mais, e ninguém pode entrar nela. Este é o último e-mail sobre ela.',
  'account-deleted.notYou': 'Se não foi você, avise o suporte de {brand} imediatamente.',
}
