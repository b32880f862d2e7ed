import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'domain-lost.domain': 'Domínio',
  'domain-lost.org': 'Organização',
  'domain-lost.subject': 'Um domínio da sua organização em {brand} não está mais verificado',
  'domain-lost.heading': 'Um domínio não está mais verificado',
  'domain-lost.why':
    'Duas verificações semanais não encontraram o registro DNS deste domínio. A partir de agora, ninguém entra na sua organização por um endereço deste domínio. Os membros continuam.',
  'domain-lost.notYou':
    'Se o domínio ainda é seu, crie o registro de novo e verifique o domínio. Se alguém removeu o registro sem você saber, confira quem pode alterar o seu DNS.',
}
