import type { en } from './en.ts'

/** The texts of the pages, in French. */
export const fr: Record<keyof typeof en, string> = {
  'field.email': 'Adresse e-mail',
  'field.email.hint': 'par exemple ada@example.com',
  'field.code': 'Code à 6 chiffres',
  'field.code.hint': 'six chiffres, dans l’e-mail',
  'field.factor': 'Code de sécurité',
  'field.factor.hint': 'Six chiffres de votre application d’authentification, ou l’un de vos codes de récupération.',
  'field.rememberDevice': 'Ne pas demander sur cet appareil pendant 30 jours',
  'field.password': 'Nouveau mot de passe',
  'field.password.hint':
    'Au moins {min, plural, one {# caractère} other {# caractères}}. Quelques mots faciles à retenir forment un bon mot de passe.',
  'field.password.show': 'Afficher le mot de passe',
  'code.why': 'Saisissez votre adresse e-mail et le code à 6 chiffres reçu par e-mail.',
  'code.ask': 'Envoyer un nouvel e-mail',
  'ask.heading': 'Recevoir un nouvel e-mail',
  'ask.why': 'Saisissez votre adresse e-mail. Nous vous enverrons un nouveau lien et un nouveau code.',
  'ask.button': 'Envoyer l’e-mail',
  'ask.code': 'J’ai un code',
  'factor.heading': 'Encore une étape',
  'factor.why': 'Votre compte demande un second facteur.',
  'factor.button': 'Se connecter',
  'factor.passkey': 'Utiliser une clé d’accès',
  'done.return': 'Continuer vers {brand}',
  late: 'Le chargement continue. Si rien ne se passe, rechargez cette page : le lien fonctionne toujours.',
  noscript:
    'Cette page a besoin de JavaScript, mais JavaScript est désactivé dans ce navigateur. Activez-le, puis ouvrez de nouveau le lien dans l’e-mail. Le lien fonctionne toujours.',
  'say.link.invalid': 'Ce lien ne fonctionne plus : il a déjà été utilisé ou il est trop ancien.',
  'say.link.damaged': 'Ce lien est incomplet. Copiez-le en entier depuis l’e-mail, ou demandez un nouvel e-mail.',
  'say.code.invalid':
    'Ce code ne fonctionne pas. Il est faux, déjà utilisé ou trop ancien, ou un e-mail plus récent l’a remplacé. Vérifiez le code, ou demandez un nouvel e-mail.',
  'say.mfa.required':
    'Vous n’êtes pas connecté. Votre compte demande aussi une clé d’accès, et ce navigateur n’accepte pas les clés d’accès. Utilisez un autre navigateur.',
  'say.passkey.invalid':
    'Cette clé d’accès ne fonctionne pas ici. Essayez-en une autre, ou connectez-vous d’une autre manière.',
  'say.passkey.cancelled': 'Aucune clé d’accès n’a été utilisée. Réessayez, ou connectez-vous d’une autre manière.',
  'say.mfa.code_invalid':
    'Ce code est faux ou a déjà été utilisé. Attendez le code suivant, ou utilisez un code de récupération.',
  'say.mfa.challenge_invalid':
    'Cela a pris trop de temps, ou il y a eu trop de codes faux. Demandez un nouvel e-mail pour recommencer.',
  'say.mail.requested':
    'S’il existe un compte pour cette adresse, un e-mail est en route. Regardez aussi dans les courriers indésirables, puis saisissez le code ici ou ouvrez le lien.',
  'say.user.email_taken':
    'Un autre compte utilise maintenant cette adresse e-mail. Connectez-vous avec ce compte, ou utilisez une autre adresse.',
  'say.user.password_refused': 'Veuillez choisir un autre mot de passe.',
  'say.request.origin_refused': 'L’adresse de cette page n’est pas {host}. Ouvrez de nouveau le lien dans l’e-mail.',
  'say.request.invalid': 'Un champ de ce formulaire n’est pas valide. Vérifiez le formulaire et réessayez.',
  'say.request.rate_limited': 'Trop d’essais. Réessayez {when}.',
  'say.server.busy': 'Le serveur est occupé. Réessayez dans un instant.',
  'say.server.error': 'Une erreur s’est produite de notre côté. Réessayez dans un instant.',
  'say.offline': 'Le serveur n’a pas répondu. Vérifiez votre connexion et réessayez.',
  'reset-password.noscript':
    'Sans JavaScript, vous choisissez un nouveau mot de passe avec un code que nous vous envoyons.',
  'reset-password.noscript.link': 'Recevoir un code',

  'verify-email.link.heading': 'Confirmez votre adresse e-mail',
  'verify-email.link.why': 'Appuyez sur le bouton pour confirmer que cette adresse est à vous.',
  'verify-email.link.button': 'Confirmer l’adresse e-mail',
  'verify-email.link.notYou':
    'Si vous ne vous êtes pas inscrit à {brand}, fermez cette page. Rien ne se passe sans le bouton.',
  'verify-email.done.heading': 'Votre adresse e-mail est confirmée',
  'verify-email.done.why': 'Vous pouvez fermer cette page et continuer là où vous vous êtes inscrit.',
  'verify-email.say.link.invalid':
    'Ce lien ne fonctionne plus : il a déjà été utilisé ou il est trop ancien. Si vous avez confirmé votre adresse, connectez-vous.',
  'verify-email.say.mail.requested':
    'Si cette adresse n’est pas encore confirmée, un e-mail est en route. Regardez aussi dans les courriers indésirables, puis saisissez le code ici ou ouvrez le lien.',
  'confirm-email.link.heading': 'Confirmez votre nouvelle adresse e-mail',
  'confirm-email.link.why':
    'Appuyez sur le bouton pour en faire l’adresse de votre compte. Nous y enverrons ensuite vos e-mails.',
  'confirm-email.link.button': 'Confirmer la nouvelle adresse',
  'confirm-email.link.notYou': 'Si vous n’avez pas demandé cela, fermez cette page. Rien ne se passe sans le bouton.',
  'confirm-email.ask.heading': 'Saisissez de nouveau la nouvelle adresse',
  'confirm-email.ask.why':
    'Connectez-vous à {brand} et saisissez de nouveau la nouvelle adresse dans votre compte. Vous recevrez alors un nouvel e-mail. Votre compte garde son ancienne adresse jusqu’à ce que vous confirmiez la nouvelle.',
  'confirm-email.done.heading': 'Votre nouvelle adresse e-mail est confirmée',
  'confirm-email.done.why':
    'Désormais, connectez-vous avec elle. Nous avons aussi envoyé un e-mail à votre ancienne adresse.',
  'reset-password.link.heading': 'Choisissez un nouveau mot de passe',
  'reset-password.link.why': 'Il remplace l’ancien mot de passe de votre compte.',
  'reset-password.link.button': 'Enregistrer le nouveau mot de passe',
  'reset-password.link.notYou':
    'Si vous n’avez pas demandé cela, fermez cette page : votre mot de passe reste le même.',
  'reset-password.ask.heading': 'Réinitialisez votre mot de passe',
  'reset-password.ask.why': 'Saisissez l’adresse e-mail de votre compte. Nous vous enverrons un lien et un code.',
  'reset-password.done.heading': 'Votre mot de passe a été changé',
  'reset-password.done.why':
    'Désormais, connectez-vous avec le nouveau mot de passe. Vous êtes déconnecté sur tous les appareils.',
  'field.currentPassword': 'Mot de passe',
  'enter.heading': 'Connectez-vous d’abord',
  'enter.why': 'Connectez-vous avec l’adresse e-mail qui a reçu l’invitation.',
  'enter.button': 'Se connecter',
  'enter.byMail': 'Se connecter plutôt par e-mail',
  'new.heading': 'Créer un compte',
  'new.why': 'Utilisez l’adresse e-mail qui a reçu l’invitation.',
  'new.button': 'Créer un compte',
  'new.enter': 'J’ai un compte',
  'confirm.heading': 'Confirmez votre adresse e-mail',
  'confirm.button': 'Confirmer l’adresse e-mail',
  'again.why': 'Saisissez votre adresse e-mail. Nous vous enverrons un nouveau code.',
  'say.go.on': 'Merci. Appuyez sur le bouton pour continuer.',
  'say.auth.invalid_credentials':
    'L’adresse e-mail ou le mot de passe est faux, ou l’adresse n’est pas encore confirmée.',
  'say.invitation.not_found':
    'Cette invitation ne fonctionne pas avec votre compte : elle est pour une autre adresse, ou elle a été utilisée ou révoquée, ou elle est trop ancienne. Connectez-vous avec l’adresse invitée, ou demandez une nouvelle invitation.',
  'say.invitation.already_member': 'Vous êtes déjà membre de cette organisation.',
  'say.invitation.email_unverified': 'Confirmez d’abord votre adresse e-mail. Ouvrez ensuite de nouveau l’invitation.',
  'say.invitation.domain_refused': 'L’organisation n’accepte pas les adresses de votre domaine.',
  'say.org.too_many': 'Vous êtes membre de trop d’organisations.',
  'accept-invitation.link.heading': 'Rejoindre l’organisation',
  'accept-invitation.link.why':
    'Appuyez sur le bouton pour accepter l’invitation. Il vous faut un compte avec l’adresse e-mail invitée.',
  'accept-invitation.link.org': 'Organisation',
  'accept-invitation.link.inviter': 'Invitation de',
  'accept-invitation.link.button': 'Rejoindre',
  'accept-invitation.link.notYou':
    'Si vous ne connaissez pas l’organisation citée dans l’e-mail, fermez cette page. Rien ne se passe sans le bouton.',
  'accept-invitation.missing.why':
    'Ouvrez le lien dans l’e-mail d’invitation. Vous la trouvez aussi dans votre compte.',
  'accept-invitation.missing.account': 'Aller à votre compte',
  'accept-invitation.ask.heading': 'Se connecter par e-mail',
  'accept-invitation.ask.why': 'Saisissez l’adresse e-mail de votre compte. Nous vous enverrons un code.',
  'accept-invitation.done.heading': 'Vous êtes membre',
  'accept-invitation.done.why': 'Vous pouvez fermer cette page, ou continuer.',
  'accept-invitation.say.user.email_taken': 'Il existe un compte avec cette adresse e-mail. Connectez-vous avec lui.',
  'accept-invitation.say.mail.requested':
    'Si cette adresse peut être utilisée, un e-mail est en route. Regardez aussi dans les courriers indésirables, puis saisissez le code ici.',
}
