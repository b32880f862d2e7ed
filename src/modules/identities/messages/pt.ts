import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'fact.provider': 'Provedor',
  'identity-linked.subject': 'Uma nova forma de entrar na sua conta em {brand}',
  'identity-linked.heading': 'Uma nova forma de entrar',
  'identity-linked.why':
    'Uma identidade de outro provedor foi vinculada à sua conta em {brand}. A partir de agora, ela pode ser usada para entrar.',
  'identity-linked.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: desvincule-a, encerre todas as outras sessões e altere sua senha imediatamente.',

  'identity-unlinked.subject': 'Uma forma de entrar na sua conta em {brand} foi removida',
  'identity-unlinked.heading': 'Uma forma de entrar foi removida',
  'identity-unlinked.why':
    'Uma identidade de outro provedor foi desvinculada da sua conta em {brand}. Ela não pode mais ser usada para entrar.',
  'identity-unlinked.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: encerre todas as outras sessões e altere sua senha imediatamente.',
}
