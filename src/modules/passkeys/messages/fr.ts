import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'fact.passkey': 'Clé d’accès',
  'passkey-added.subject': 'Une clé d’accès a été ajoutée à votre compte {brand}',
  'passkey-added.heading': 'Une clé d’accès a été ajoutée',
  'passkey-added.why': 'Désormais, une nouvelle clé d’accès permet de se connecter à votre compte {brand}.',
  'passkey-added.notYou':
    'Si ce n’était pas vous, une autre personne utilise peut-être votre compte. Supprimez la clé d’accès tout de suite, changez votre mot de passe et fermez les sessions que vous ne connaissez pas.',
  'passkey-removed.subject': 'Une clé d’accès de votre compte {brand} a été supprimée',
  'passkey-removed.heading': 'Une clé d’accès a été supprimée',
  'passkey-removed.why': 'Une de vos clés d’accès ne fonctionne plus sur {brand}.',
  'passkey-removed.notYou':
    'Si ce n’était pas vous, une autre personne utilise peut-être votre compte. Changez votre mot de passe tout de suite et fermez les sessions que vous ne connaissez pas.',
  'passkey-flagged.subject': 'Une clé d’accès de votre compte {brand} a peut-être été copiée',
  'passkey-flagged.heading': 'Une clé d’accès a peut-être été copiée',
  'passkey-flagged.why':
    'Nous avons refusé une connexion à votre compte {brand}. La clé d’accès compte ses utilisations, et le compteur est revenu en arrière. Il existe peut-être une copie de la clé d’accès.',
  'passkey-flagged.notYou':
    'Par sécurité, supprimez cette clé d’accès et ajoutez-en une nouvelle, même si cette connexion venait de vous.',
}
