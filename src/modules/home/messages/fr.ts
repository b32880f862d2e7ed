import type { en } from './en.ts'

/** In French. If a message of the English file is missing here, the code does not compile. */
export const fr: Record<keyof typeof en, string> = {
  'out.heading': 'Bienvenue sur {brand}',
  'out.why': 'Connectez-vous pour ouvrir votre compte, ou créez-en un.',
  'out.signIn': 'Se connecter',
  'out.signUp': 'Créer un compte',
  'in.heading': 'Vous êtes connecté',
  'in.as': 'Connecté en tant que',
  'in.signOut': 'Se déconnecter',
  'go.account': 'Votre compte',
  'go.account.why': 'Profil, mot de passe, clés d’accès, appareils et applications',
  'go.manage': 'Console',
  'go.manage.why': 'Personnes, organisations, applications et journal d’audit',
  'go.docs': 'La documentation',
  'go.docs.why': 'Guides, l’API et ses erreurs',
  'missing.heading': 'Cette page n’existe pas',
  'missing.why': 'L’adresse est fausse, ou la page a changé de place. Rien n’a été modifié.',
  'failed.heading': 'Cela n’a pas fonctionné',
  'failed.request': 'Si cela se reproduit, donnez ce numéro à votre administrateur : {request}',
  'failed.busy.heading': 'Réessayez dans un instant',
  'failed.busy':
    'Le serveur est trop occupé, ou il reçoit une nouvelle version. Attendez un instant et rechargez la page.',
  'go.home': 'Vers la page d’accueil',
}
