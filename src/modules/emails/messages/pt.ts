import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'fact.newEmail': 'Novo endereço de e-mail',
  'verify-email.subject': 'Confirme seu endereço de e-mail em {brand}',
  'verify-email.heading': 'Confirme seu e-mail',
  'verify-email.why': 'Este endereço foi informado para uma conta em {brand}. Confirme que ele é seu.',
  'verify-email.button': 'Confirmar e-mail',
  'verify-email.notYou': 'Se não foi você, ignore este e-mail: sem o código, ninguém pode usar o seu endereço.',

  'change-email.subject': 'Confirme seu novo endereço de e-mail em {brand}',
  'change-email.heading': 'Confirme seu novo e-mail',
  'change-email.why': 'Este endereço deve passar a ser o de uma conta em {brand}. Confirme que ele é seu.',
  'change-email.button': 'Confirmar novo e-mail',
  'change-email.notYou': 'Se não foi você, ignore este e-mail: sem o código, ninguém pode usar o seu endereço.',

  'email-changed.subject': 'Seu endereço de e-mail em {brand} foi alterado',
  'email-changed.heading': 'Seu e-mail foi alterado',
  'email-changed.why':
    'Sua conta em {brand} tem um novo endereço de e-mail. A partir de agora, os e-mails vão para lá.',
  'email-changed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: avise o suporte de {brand} imediatamente.',

  'unproved-removed.subject': 'O que foi configurado antes de você confirmar seu endereço em {brand} foi removido',
  'unproved-removed.heading': 'O que foi configurado antes foi removido',
  'unproved-removed.why':
    'Você mostrou a {brand} que lê este endereço. O que havia sido configurado para ele antes, como uma senha, uma chave de acesso ou um aplicativo autenticador, foi removido: pode ter sido outra pessoa.',
  'unproved-removed.notYou':
    'Se era seu, configure de novo: a senha com “Esqueci a senha”, as chaves de acesso e os aplicativos depois de entrar.',
}
