/** The texts in French. */
import type { en } from './en.ts'

export const fr: Record<keyof typeof en, string> = {
  or: 'ou',
  'field.email': 'Adresse e-mail',
  'field.name': 'Nom',
  'field.optional': 'facultatif',
  'field.password': 'Mot de passe',
  'field.newPassword': 'Nouveau mot de passe',
  'field.newPassword.hint':
    'Au moins {min, plural, one {# caractère} other {# caractères}}. Quelques mots faciles à retenir font un bon mot de passe.',
  'field.showPassword': 'Afficher le mot de passe',
  'field.code': 'Code à 6 chiffres',
  'field.appCode': 'Code de votre application d’authentification',
  'field.anyCode': 'Code',
  'field.anyCode.hint': 'Six chiffres de votre application d’authentification, ou un de vos codes de récupération.',
  'field.rememberDevice': 'Ne plus demander sur cet appareil pendant 30 jours',

  continue: 'Continuer',
  passkey: 'Utiliser une clé d’accès',
  provider: 'Continuer avec {provider}',
  mailCode: 'M’envoyer un code par e-mail',
  mailAgain: 'M’envoyer un nouvel e-mail',
  otherWay: 'Se connecter autrement',
  haveCode: 'J’ai reçu un code par e-mail',
  sentTo: 'Envoyé à',
  account: 'Compte',
  signedInAs: 'Vous êtes connecté avec le compte',
  goOn: 'Continuer avec ce compte',
  otherAccount: 'Se connecter avec un autre compte',
  'noscript.passkey': 'Une clé d’accès a besoin de JavaScript, qui est désactivé dans ce navigateur.',
  'noscript.link':
    'Le lien d’un e-mail a besoin de JavaScript, qui est désactivé dans ce navigateur. Saisissez plutôt le code de l’e-mail.',

  'app.named': 'Ensuite, vous continuez vers {app}.',
  'app.onThisDevice': 'Ensuite, vous continuez vers une application de cet appareil.',
  'enter.heading': 'Se connecter à {brand}',
  'enter.button': 'Se connecter',
  'enter.forgotten': 'Mot de passe oublié ?',
  'enter.newHere': 'Première visite ?',
  'enter.create': 'Créer un compte',
  'code.heading': 'Consultez vos e-mails',
  'code.why':
    'S’il existe un compte pour cette adresse, un e-mail avec un code est en route. Regardez aussi dans les courriers indésirables. Le lien de l’e-mail fonctionne aussi.',
  'code.heading.typed': 'Se connecter avec un code',
  'code.why.typed': 'Saisissez votre adresse e-mail et le code à 6 chiffres de l’e-mail.',
  'second.heading': 'Encore une étape',
  'second.why': 'Votre compte demande un second facteur.',
  'second.why.passkey': 'Votre compte demande une clé d’accès.',
  'factor.why': 'Un second facteur est nécessaire ici. Vous restez connecté.',
  'fresh.heading': 'Confirmez que c’est bien vous',
  'fresh.why':
    'Votre connexion date de plus de dix minutes. Une nouvelle confirmation est nécessaire ici. Vous restez connecté.',
  'link.why': 'Appuyez sur le bouton pour vous connecter à votre compte dans ce navigateur.',
  'link.notYou': 'Continuez seulement si vous avez demandé cet e-mail vous-même. Sinon, fermez cette page.',
  'done.heading': 'Vous êtes connecté',
  'done.why': 'Si rien ne se passe, appuyez sur le bouton.',

  'new.heading': 'Créez votre compte',
  'new.button': 'Créer un compte',
  'new.known': 'Vous avez un compte ?',
  'new.signIn': 'Se connecter',
  'confirm.heading': 'Consultez vos e-mails',
  'confirm.why':
    'Un e-mail avec un code à 6 chiffres est en route. Saisissez le code ici pour confirmer votre adresse. Si vous avez déjà un compte, l’e-mail l’indique.',
  'confirm.otherAddress': 'Utiliser une autre adresse e-mail',

  'forgot.heading': 'Mot de passe oublié ?',
  'forgot.why':
    'Saisissez l’adresse e-mail de votre compte. Nous vous envoyons un code pour choisir un nouveau mot de passe.',
  'forgot.back': 'Retour à la connexion',
  'reset.heading': 'Choisissez un nouveau mot de passe',
  'reset.why':
    'S’il existe un compte pour cette adresse, un e-mail avec un code est en route. Regardez aussi dans les courriers indésirables.',

  'say.email.invalid': 'Saisissez votre adresse e-mail, par exemple ada@example.com.',
  'say.password.missing': 'Saisissez votre mot de passe.',
  'say.password.long': 'Un mot de passe a au plus 1024 caractères.',
  'say.name.invalid': 'Un nom a au plus 200 caractères, et aucun caractère invisible.',
  'say.code.form': 'Saisissez les six chiffres du code.',
  'say.factor.form': 'Saisissez six chiffres de votre application d’authentification, ou un code de récupération.',
  'say.auth.invalid_credentials':
    'L’adresse e-mail ou le mot de passe est incorrect, ou l’adresse n’est pas encore confirmée. Vérifiez les deux, ou demandez un code par e-mail.',
  'say.password.wrong': 'Ce mot de passe est incorrect. Réessayez, ou demandez un code par e-mail.',
  'say.token.invalid':
    'Ce code ne fonctionne pas. Il est incorrect, déjà utilisé ou trop ancien, ou un e-mail plus récent l’a remplacé. Vérifiez le code, ou demandez un nouvel e-mail.',
  'say.link.invalid':
    'Ce lien ne fonctionne plus : il a déjà été utilisé, ou il est trop ancien. Saisissez votre adresse e-mail pour recevoir un nouvel e-mail.',
  'say.link.damaged': 'Ce lien est incomplet. Copiez-le en entier depuis l’e-mail, ou demandez un nouvel e-mail.',
  'say.mfa.code_invalid':
    'Ce code est incorrect ou a déjà été utilisé. Attendez le code suivant, ou utilisez un code de récupération.',
  'say.mfa.challenge_invalid':
    'Cela a pris trop de temps, ou il y a eu trop de codes incorrects. Connectez-vous de nouveau.',
  'say.mfa.factor_required': 'Votre compte a besoin de son second facteur ici.',
  'say.passkey.invalid': 'Cette clé d’accès ne fonctionne pas ici. Essayez-en une autre, ou connectez-vous autrement.',
  'say.passkey.cancelled': 'Aucune clé d’accès n’a été utilisée. Réessayez, ou connectez-vous autrement.',
  'say.provider.failed': 'La connexion avec le fournisseur n’a pas fonctionné. Réessayez, ou connectez-vous autrement.',
  'say.provider.flow_invalid':
    'Cette connexion est déjà terminée, ou elle a pris trop de temps. Revenez à la page d’où vous venez et recommencez, ou connectez-vous ici.',
  'say.user.email_taken':
    'Il existe déjà un compte avec cette adresse e-mail. Connectez-vous avec ce compte, ou utilisez une autre adresse.',
  'say.user.password_refused': 'Veuillez choisir un autre mot de passe.',
  'say.user.no_password': 'Votre compte n’a pas de mot de passe. Demandez un code par e-mail.',
  'say.mail.again':
    'Si cette adresse peut recevoir un e-mail, un nouveau est en route. Seul le code de l’e-mail le plus récent fonctionne.',
  'say.reset': 'Votre mot de passe a été changé. Connectez-vous avec le nouveau.',
  'say.expired': 'Cette page a attendu trop longtemps. Recommencez.',
  'say.signedOut': 'Vous avez été déconnecté entre-temps. Connectez-vous de nouveau.',
  'say.ended': 'Votre session est terminée. Connectez-vous de nouveau.',
  'say.left': 'Vous êtes déconnecté.',
  'say.cookies':
    'Vous n’êtes pas connecté : ce navigateur n’a pas gardé notre cookie. Autorisez les cookies de {host} dans ses réglages, puis connectez-vous de nouveau.',
  'say.request.origin_refused':
    'Rien n’a été fait : ce formulaire ne venait pas de {host}. Remplissez le formulaire ici, ou ouvrez cette page dans un autre navigateur.',
  'say.request.invalid': 'Un champ de ce formulaire n’est pas valide. Vérifiez le formulaire et réessayez.',
  'say.request.rate_limited': 'Trop de tentatives. Réessayez {when}.',
  'say.server.busy': 'Le serveur est occupé. Réessayez dans un instant.',
  'say.server.error': 'Un problème est survenu de notre côté. Réessayez dans un instant.',
  'say.offline': 'Le serveur n’a pas répondu. Vérifiez votre connexion et réessayez.',

  'refused.short': 'Il est trop court : il faut au moins {min, plural, one {# caractère} other {# caractères}}.',
  'refused.long': 'Il est trop long.',
  'refused.common': 'C’est un des mots de passe les plus utilisés.',
  'refused.context': 'Il se compose surtout de votre nom, de votre adresse e-mail ou du nom de ce service.',
  'refused.stolen': 'Il figure dans une liste de mots de passe volés.',
}
