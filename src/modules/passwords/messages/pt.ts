import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'reset-password.subject': 'Redefina sua senha em {brand}',
  'reset-password.heading': 'Redefina sua senha',
  'reset-password.why': 'Alguém pediu para definir uma nova senha para a sua conta em {brand}.',
  'reset-password.button': 'Definir nova senha',
  'reset-password.notYou': 'Se não foi você, ignore este e-mail: sua senha continua a mesma.',

  'password-changed.subject': 'Sua senha em {brand} foi alterada',
  'password-changed.heading': 'Sua senha foi alterada',
  'password-changed.why': 'Sua conta em {brand} tem uma nova senha.',
  'password-changed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: defina uma nova senha imediatamente, em “Esqueci a senha”, onde você entra.',
}
