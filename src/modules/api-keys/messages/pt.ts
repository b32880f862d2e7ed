import type { en } from './en.ts'

/** The texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'fact.apiKey': 'Chave de API',
  'api-key-created.subject': 'Uma chave de API foi criada com a sua conta em {brand}',
  'api-key-created.heading': 'Uma chave de API foi criada',
  'api-key-created.why':
    'A partir de agora, um programa com esta chave pode agir em {brand} com direitos da sua conta.',
  'api-key-created.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: revogue a chave imediatamente, altere sua senha e encerre as sessões que não reconhece.',

  'api-key-revoked.subject': 'Uma chave de API de {brand} foi encontrada e revogada',
  'api-key-revoked.heading': 'Uma chave de API foi revogada',
  'api-key-revoked.why':
    'Alguém nos enviou esta chave, portanto ela estava em um lugar que outras pessoas podem ler. Ela não funciona mais em {brand}.',
  'api-key-revoked.notYou':
    'Procure o lugar onde a chave foi publicada e remova-a. Procure alterações desconhecidas feitas com a chave. Depois, crie uma nova chave.',
}
