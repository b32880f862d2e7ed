import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'sign-in.subject': 'Seu código de acesso a {brand}',
  'sign-in.heading': 'Entrar em {brand}',
  'sign-in.why': 'Alguém pediu para entrar na sua conta com este endereço de e-mail.',
  'sign-in.button': 'Entrar',
  'sign-in.notYou': 'Se não foi você, ignore este e-mail: sem o código, ninguém entra.',
}
