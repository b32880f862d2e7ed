import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'fact.apiKey': 'Clé d’API',
  'api-key-created.subject': 'Une clé d’API a été créée avec votre compte {brand}',
  'api-key-created.heading': 'Une clé d’API a été créée',
  'api-key-created.why':
    'Désormais, un programme qui a cette clé peut agir sur {brand} avec des droits de votre compte.',
  'api-key-created.notYou':
    'Si ce n’était pas vous, une autre personne utilise peut-être votre compte. Révoquez la clé tout de suite, changez votre mot de passe et fermez les sessions que vous ne connaissez pas.',
  'api-key-revoked.subject': 'Une clé d’API de {brand} a été trouvée et révoquée',
  'api-key-revoked.heading': 'Une clé d’API a été révoquée',
  'api-key-revoked.why':
    'Quelqu’un nous a envoyé cette clé. Elle se trouvait donc à un endroit où d’autres peuvent la lire. Elle ne fonctionne plus sur {brand}.',
  'api-key-revoked.notYou':
    'Cherchez l’endroit où la clé a été publiée et retirez-la. Cherchez les modifications inconnues faites avec cette clé. Créez ensuite une nouvelle clé.',
}
