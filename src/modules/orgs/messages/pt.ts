import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'fact.org': 'Organização',
  'org-deleted.subject': 'Uma organização sua em {brand} foi excluída',
  'org-deleted.heading': 'Uma organização sua foi excluída',
  'org-deleted.why':
    'Uma organização da qual você é proprietário foi excluída. Os membros não podem mais usá-la. Um proprietário pode restaurá-la em até 30 dias. Depois disso, ela é apagada.',
  'org-deleted.notYou': 'Se ninguém na organização quis isso, restaure-a e troque a sua senha.',
  'org-transferred.subject': 'Uma organização em {brand} tem um novo proprietário',
  'org-transferred.heading': 'Uma organização tem um novo proprietário',
  'org-transferred.why': 'Uma organização da qual você é ou era proprietário foi transferida para um dos seus membros.',
  'org-transferred.notYou':
    'Se ninguém na organização quis isso, avise o suporte de {brand} imediatamente e troque a sua senha.',
}
