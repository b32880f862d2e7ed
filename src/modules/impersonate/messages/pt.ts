import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'impersonated.subject': 'Um administrador da {brand} está usando sua conta',
  'impersonated.heading': 'Um administrador está usando sua conta',
  'impersonated.why':
    'Um administrador da {brand} pode ver e usar sua conta por no máximo uma hora, por exemplo para ajudar você. Ele não pode alterar sua senha, seu endereço nem seus fatores.',
  'impersonated.notYou': 'Se você não sabe o motivo, pergunte aos administradores da {brand}.',
}
