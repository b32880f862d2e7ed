import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'fact.passkey': 'Chave de acesso',
  'passkey-added.subject': 'Uma chave de acesso foi adicionada à sua conta em {brand}',
  'passkey-added.heading': 'Uma chave de acesso foi adicionada',
  'passkey-added.why': 'A partir de agora, é possível entrar na sua conta em {brand} com uma nova chave de acesso.',
  'passkey-added.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: remova a chave de acesso imediatamente, altere sua senha e encerre as sessões que não reconhece.',

  'passkey-removed.subject': 'Uma chave de acesso foi removida da sua conta em {brand}',
  'passkey-removed.heading': 'Uma chave de acesso foi removida',
  'passkey-removed.why': 'Uma das suas chaves de acesso não funciona mais em {brand}.',
  'passkey-removed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: altere sua senha imediatamente e encerre as sessões que não reconhece.',

  'passkey-flagged.subject': 'Uma chave de acesso da sua conta em {brand} pode ter sido copiada',
  'passkey-flagged.heading': 'Uma chave de acesso pode ter sido copiada',
  'passkey-flagged.why':
    'Um acesso à sua conta em {brand} foi recusado: a chave de acesso conta quantas vezes foi usada, e a contagem voltou atrás. Pode haver uma cópia dela.',
  'passkey-flagged.notYou': 'Por segurança, remova esta chave de acesso e adicione uma nova, seja quem for que a usou.',
}
