import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'domain-lost.domain': 'Domaine',
  'domain-lost.org': 'Organisation',
  'domain-lost.subject': 'Un domaine de votre organisation sur {brand} n’est plus vérifié',
  'domain-lost.heading': 'Un domaine n’est plus vérifié',
  'domain-lost.why':
    'Deux contrôles hebdomadaires n’ont pas trouvé l’enregistrement DNS de ce domaine. Désormais, personne ne rejoint votre organisation grâce à une adresse de ce domaine. Les membres restent.',
  'domain-lost.notYou':
    'Si le domaine est toujours à vous, remettez l’enregistrement et vérifiez le domaine. Si quelqu’un a retiré l’enregistrement à votre insu, vérifiez qui peut modifier votre DNS.',
}
