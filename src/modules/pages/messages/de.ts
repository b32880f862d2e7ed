import type { en } from './en.ts'

/** The texts of the pages, in German. */
export const de: Record<keyof typeof en, string> = {
  'field.email': 'E-Mail-Adresse',
  'field.email.hint': 'zum Beispiel ada@example.com',
  'field.code': '6-stelliger Code',
  'field.code.hint': 'sechs Ziffern, aus der E-Mail',
  'field.factor': 'Code',
  'field.factor.hint': 'Sechs Ziffern aus Ihrer Authenticator-App oder einer Ihrer Wiederherstellungscodes.',
  'field.rememberDevice': 'Auf diesem Gerät 30 Tage lang nicht fragen',
  'field.password': 'Neues Passwort',
  'field.password.hint':
    'Mindestens {min, plural, one {# Zeichen} other {# Zeichen}}. Ein paar Wörter, die Sie sich merken können, sind ein gutes Passwort.',
  'field.password.show': 'Passwort anzeigen',
  'code.why': 'Geben Sie Ihre E-Mail-Adresse und den 6-stelligen Code aus der E-Mail ein.',
  'code.ask': 'Neue E-Mail senden',
  'ask.heading': 'Neue E-Mail anfordern',
  'ask.why': 'Geben Sie Ihre E-Mail-Adresse ein. Wir senden Ihnen dann einen neuen Link und einen neuen Code.',
  'ask.button': 'E-Mail senden',
  'ask.code': 'Ich habe einen Code',
  'factor.heading': 'Noch ein Schritt',
  'factor.why': 'Ihr Konto verlangt einen zweiten Faktor.',
  'factor.button': 'Anmelden',
  'factor.passkey': 'Passkey verwenden',
  'done.return': 'Weiter zu {brand}',
  late: 'Die Seite lädt noch. Wenn nichts geschieht, laden Sie sie neu: Der Link funktioniert weiterhin.',
  noscript:
    'Diese Seite braucht JavaScript, aber JavaScript ist in diesem Browser ausgeschaltet. Schalten Sie es ein und öffnen Sie den Link in der E-Mail noch einmal. Der Link funktioniert weiterhin.',
  'say.link.invalid': 'Dieser Link funktioniert nicht mehr: Er wurde schon verwendet oder ist zu alt.',
  'say.link.damaged':
    'Dieser Link ist unvollständig. Kopieren Sie ihn ganz aus der E-Mail oder fordern Sie eine neue E-Mail an.',
  'say.code.invalid':
    'Dieser Code funktioniert nicht. Er ist falsch, schon verwendet oder zu alt, oder eine neuere E-Mail hat ihn ersetzt. Prüfen Sie den Code oder fordern Sie eine neue E-Mail an.',
  'say.mfa.required':
    'Sie sind nicht angemeldet. Ihr Konto verlangt auch einen Passkey, und dieser Browser unterstützt keine Passkeys. Verwenden Sie einen anderen Browser.',
  'say.passkey.invalid':
    'Dieser Passkey funktioniert hier nicht. Versuchen Sie einen anderen oder melden Sie sich auf andere Art an.',
  'say.passkey.cancelled':
    'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder melden Sie sich auf andere Art an.',
  'say.mfa.code_invalid':
    'Dieser Code ist falsch oder wurde schon verwendet. Warten Sie auf den nächsten Code oder nehmen Sie einen Wiederherstellungscode.',
  'say.mfa.challenge_invalid':
    'Es hat zu lange gedauert, oder es waren zu viele falsche Codes. Fordern Sie eine neue E-Mail an und beginnen Sie neu.',
  'say.mail.requested':
    'Wenn es für diese Adresse ein Konto gibt, ist eine E-Mail unterwegs. Sehen Sie auch im Spam-Ordner nach. Geben Sie dann den Code hier ein oder öffnen Sie den Link.',
  'say.user.email_taken':
    'Ein anderes Konto verwendet jetzt diese E-Mail-Adresse. Melden Sie sich mit jenem Konto an oder verwenden Sie eine andere Adresse.',
  'say.user.password_refused': 'Bitte wählen Sie ein anderes Passwort.',
  'say.request.origin_refused':
    'Die Adresse dieser Seite ist nicht {host}. Öffnen Sie den Link in der E-Mail noch einmal.',
  'say.request.invalid':
    'Ein Feld dieses Formulars ist nicht gültig. Prüfen Sie das Formular und versuchen Sie es noch einmal.',
  'say.request.rate_limited': 'Zu viele Versuche. Versuchen Sie es {when} noch einmal.',
  'say.server.busy': 'Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.',
  'say.server.error': 'Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.',
  'say.offline': 'Der Server hat nicht geantwortet. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  'reset-password.noscript': 'Ohne JavaScript setzen Sie ein neues Passwort mit einem Code, den wir Ihnen senden.',
  'reset-password.noscript.link': 'Code anfordern',

  'verify-email.link.heading': 'E-Mail-Adresse bestätigen',
  'verify-email.link.why': 'Drücken Sie die Schaltfläche, um zu bestätigen, dass diese Adresse Ihnen gehört.',
  'verify-email.link.button': 'E-Mail-Adresse bestätigen',
  'verify-email.link.notYou':
    'Wenn Sie bei {brand} kein Konto erstellt haben, schließen Sie diese Seite. Ohne die Schaltfläche geschieht nichts.',
  'verify-email.done.heading': 'Ihre E-Mail-Adresse ist bestätigt',
  'verify-email.done.why': 'Sie können diese Seite schließen und dort weitermachen, wo Sie das Konto erstellt haben.',
  'verify-email.say.link.invalid':
    'Dieser Link funktioniert nicht mehr: Er wurde schon verwendet oder ist zu alt. Wenn Ihre Adresse bestätigt ist, melden Sie sich an.',
  'verify-email.say.mail.requested':
    'Wenn diese Adresse noch nicht bestätigt ist, ist eine E-Mail unterwegs. Sehen Sie auch im Spam-Ordner nach. Geben Sie dann den Code hier ein oder öffnen Sie den Link.',
  'confirm-email.link.heading': 'Neue E-Mail-Adresse bestätigen',
  'confirm-email.link.why':
    'Drücken Sie die Schaltfläche, damit dies die Adresse Ihres Kontos wird. Wir senden Ihre E-Mails dann dorthin.',
  'confirm-email.link.button': 'Neue Adresse bestätigen',
  'confirm-email.link.notYou':
    'Wenn Sie nicht darum gebeten haben, schließen Sie diese Seite. Ohne die Schaltfläche geschieht nichts.',
  'confirm-email.ask.heading': 'Neue Adresse noch einmal eingeben',
  'confirm-email.ask.why':
    'Melden Sie sich bei {brand} an und geben Sie die neue Adresse in Ihrem Konto noch einmal ein. Sie erhalten dann eine neue E-Mail. Ihr Konto behält seine alte Adresse, bis Sie die neue bestätigen.',
  'confirm-email.done.heading': 'Ihre neue E-Mail-Adresse ist bestätigt',
  'confirm-email.done.why':
    'Melden Sie sich ab jetzt damit an. Wir haben auch eine E-Mail an Ihre alte Adresse gesendet.',
  'reset-password.link.heading': 'Neues Passwort setzen',
  'reset-password.link.why': 'Es ersetzt das alte Passwort Ihres Kontos.',
  'reset-password.link.button': 'Neues Passwort setzen',
  'reset-password.link.notYou':
    'Wenn Sie nicht darum gebeten haben, schließen Sie diese Seite: Ihr Passwort bleibt, wie es ist.',
  'reset-password.ask.heading': 'Passwort zurücksetzen',
  'reset-password.ask.why':
    'Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden Ihnen dann einen Link und einen Code.',
  'reset-password.done.heading': 'Ihr Passwort wurde geändert',
  'reset-password.done.why':
    'Melden Sie sich ab jetzt mit dem neuen Passwort an. Sie sind auf allen Geräten abgemeldet.',
  'field.currentPassword': 'Passwort',
  'enter.heading': 'Melden Sie sich zuerst an',
  'enter.why': 'Melden Sie sich mit der E-Mail-Adresse an, die eingeladen wurde.',
  'enter.button': 'Anmelden',
  'enter.byMail': 'Stattdessen per E-Mail anmelden',
  'new.heading': 'Konto erstellen',
  'new.why': 'Verwenden Sie die E-Mail-Adresse, die eingeladen wurde.',
  'new.button': 'Konto erstellen',
  'new.enter': 'Ich habe ein Konto',
  'confirm.heading': 'E-Mail-Adresse bestätigen',
  'confirm.button': 'E-Mail-Adresse bestätigen',
  'again.why': 'Geben Sie Ihre E-Mail-Adresse ein. Wir senden Ihnen dann einen neuen Code.',
  'say.go.on': 'Danke. Drücken Sie die Schaltfläche, um weiterzumachen.',
  'say.auth.invalid_credentials':
    'Die E-Mail-Adresse oder das Passwort ist falsch, oder die Adresse ist noch nicht bestätigt.',
  'say.invitation.not_found':
    'Diese Einladung funktioniert nicht mit Ihrem Konto: Sie ist für eine andere Adresse, oder sie wurde verwendet, zurückgezogen oder ist zu alt. Melden Sie sich mit der eingeladenen Adresse an oder bitten Sie um eine neue Einladung.',
  'say.invitation.already_member': 'Sie sind schon Mitglied dieser Organisation.',
  'say.invitation.email_unverified':
    'Bestätigen Sie zuerst Ihre E-Mail-Adresse. Öffnen Sie dann die Einladung noch einmal.',
  'say.invitation.domain_refused': 'Die Organisation nimmt keine Adressen Ihrer Domain an.',
  'say.org.too_many': 'Sie sind Mitglied in zu vielen Organisationen.',
  'accept-invitation.link.heading': 'Der Organisation beitreten',
  'accept-invitation.link.why':
    'Drücken Sie die Schaltfläche, um die Einladung anzunehmen. Sie brauchen ein Konto mit der eingeladenen E-Mail-Adresse.',
  'accept-invitation.link.org': 'Organisation',
  'accept-invitation.link.inviter': 'Eingeladen von',
  'accept-invitation.link.button': 'Beitreten',
  'accept-invitation.link.notYou':
    'Wenn Sie die Organisation in der E-Mail nicht kennen, schließen Sie diese Seite. Ohne die Schaltfläche geschieht nichts.',
  'accept-invitation.missing.why':
    'Öffnen Sie den Link in der E-Mail mit Ihrer Einladung. Sie finden sie auch in Ihrem Konto.',
  'accept-invitation.missing.account': 'Zu Ihrem Konto',
  'accept-invitation.ask.heading': 'Per E-Mail anmelden',
  'accept-invitation.ask.why': 'Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden Ihnen dann einen Code.',
  'accept-invitation.done.heading': 'Sie sind Mitglied',
  'accept-invitation.done.why': 'Sie können diese Seite schließen oder weitermachen.',
  'accept-invitation.say.user.email_taken': 'Für diese E-Mail-Adresse gibt es ein Konto. Melden Sie sich damit an.',
  'accept-invitation.say.mail.requested':
    'Wenn diese Adresse verwendet werden kann, ist eine E-Mail unterwegs. Sehen Sie auch im Spam-Ordner nach und geben Sie dann den Code hier ein.',
}
