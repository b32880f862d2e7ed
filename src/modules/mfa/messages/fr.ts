import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'totp-added.subject': 'Une application d’authentification a été ajoutée à votre compte {brand}',
  'totp-added.heading': 'Une application d’authentification a été ajoutée',
  'totp-added.why': 'Désormais, {brand} demande aussi un code de cette application quand vous vous connectez.',
  'totp-added.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : changez votre mot de passe tout de suite et prévenez l’assistance de {brand}.',
  'totp-removed.subject': 'L’application d’authentification de votre compte {brand} a été supprimée',
  'totp-removed.heading': 'Votre application d’authentification a été supprimée',
  'totp-removed.why': '{brand} ne demande plus de code de cette application quand vous vous connectez.',
  'totp-removed.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : changez votre mot de passe tout de suite et ajoutez de nouveau l’application.',
  'recovery-code-used.subject': 'Un code de récupération de votre compte {brand} a été utilisé',
  'recovery-code-used.heading': 'Un code de récupération a été utilisé',
  'recovery-code-used.why':
    'Quelqu’un s’est connecté à votre compte {brand} avec le premier facteur et l’un de vos codes de récupération. Ce code ne peut plus servir.',
  'recovery-code-used.notYou':
    'Si c’était vous, il n’y a rien à faire. Sinon, changez votre mot de passe tout de suite et créez de nouveaux codes de récupération.',
  'recovery-codes-made.subject': 'De nouveaux codes de récupération pour votre compte {brand}',
  'recovery-codes-made.heading': 'De nouveaux codes de récupération ont été créés',
  'recovery-codes-made.why':
    'Votre compte {brand} a de nouveaux codes de récupération. Les précédents ne fonctionnent plus.',
  'recovery-codes-made.notYou':
    'Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : changez votre mot de passe tout de suite et créez de nouveaux codes de récupération.',
  'factors-reset.subject': 'Les seconds facteurs de votre compte {brand} ont été supprimés',
  'factors-reset.heading': 'Vos seconds facteurs ont été supprimés',
  'factors-reset.why':
    'Un administrateur de {brand} a supprimé l’application d’authentification, les clés d’accès et les codes de récupération de votre compte, et vous a déconnecté partout.',
  'factors-reset.notYou':
    'Si vous ne l’aviez pas demandé, prévenez tout de suite l’assistance de {brand}. Si vous l’aviez demandé, connectez-vous et ajoutez de nouveau un second facteur.',
}
