/** The texts in German. */
import type { en } from './en.ts'

export const de: Record<keyof typeof en, string> = {
  or: 'oder',
  'field.email': 'E-Mail-Adresse',
  'field.name': 'Name',
  'field.optional': 'freiwillig',
  'field.password': 'Passwort',
  'field.newPassword': 'Neues Passwort',
  'field.newPassword.hint':
    'Mindestens {min, plural, one {# Zeichen} other {# Zeichen}}. Ein paar Wörter, die Sie sich merken können, sind ein gutes Passwort.',
  'field.showPassword': 'Passwort zeigen',
  'field.code': '6-stelliger Code',
  'field.appCode': 'Code aus Ihrer Authentifizierungs-App',
  'field.anyCode': 'Code',
  'field.anyCode.hint': 'Sechs Ziffern aus Ihrer Authentifizierungs-App oder einer Ihrer Wiederherstellungscodes.',
  'field.rememberDevice': 'Auf diesem Gerät 30 Tage lang nicht fragen',

  continue: 'Weiter',
  passkey: 'Passkey verwenden',
  provider: 'Weiter mit {provider}',
  mailCode: 'Code per E-Mail senden',
  mailAgain: 'Neue E-Mail senden',
  otherWay: 'Auf andere Art anmelden',
  haveCode: 'Ich habe einen Code aus einer E-Mail',
  sentTo: 'Gesendet an',
  account: 'Konto',
  signedInAs: 'Sie sind angemeldet als',
  goOn: 'Mit diesem Konto fortfahren',
  otherAccount: 'Mit einem anderen Konto anmelden',
  'noscript.passkey': 'Ein Passkey braucht JavaScript, das in diesem Browser ausgeschaltet ist.',
  'noscript.link':
    'Der Link aus einer E-Mail braucht JavaScript, das in diesem Browser ausgeschaltet ist. Geben Sie stattdessen den Code aus der E-Mail ein.',

  'app.named': 'Danach geht es weiter zu {app}.',
  'app.onThisDevice': 'Danach geht es weiter zu einer App auf diesem Gerät.',
  'enter.heading': 'Bei {brand} anmelden',
  'enter.button': 'Anmelden',
  'enter.forgotten': 'Passwort vergessen?',
  'enter.newHere': 'Neu hier?',
  'enter.create': 'Konto erstellen',
  'code.heading': 'Sehen Sie in Ihr Postfach',
  'code.why':
    'Wenn es für diese Adresse ein Konto gibt, ist eine E-Mail mit einem Code unterwegs. Sehen Sie auch im Spam-Ordner nach. Der Link in der E-Mail geht ebenfalls.',
  'code.heading.typed': 'Mit einem Code anmelden',
  'code.why.typed': 'Geben Sie Ihre E-Mail-Adresse und den 6-stelligen Code aus der E-Mail ein.',
  'second.heading': 'Noch ein Schritt',
  'second.why': 'Ihr Konto verlangt einen zweiten Faktor.',
  'second.why.passkey': 'Ihr Konto verlangt einen Passkey.',
  'factor.why': 'Hierfür ist ein zweiter Faktor nötig. Sie bleiben angemeldet.',
  'fresh.heading': 'Bestätigen Sie, dass Sie es sind',
  'fresh.why':
    'Ihre Anmeldung ist älter als zehn Minuten. Hierfür ist eine neue Bestätigung nötig. Sie bleiben angemeldet.',
  'link.why': 'Drücken Sie den Knopf, um sich in diesem Browser bei Ihrem Konto anzumelden.',
  'link.notYou': 'Fahren Sie nur fort, wenn Sie diese E-Mail selbst angefordert haben. Sonst schließen Sie die Seite.',
  'done.heading': 'Sie sind angemeldet',
  'done.why': 'Wenn nichts geschieht, drücken Sie den Knopf.',

  'new.heading': 'Konto erstellen',
  'new.button': 'Konto erstellen',
  'new.known': 'Sie haben ein Konto?',
  'new.signIn': 'Anmelden',
  'confirm.heading': 'Sehen Sie in Ihr Postfach',
  'confirm.why':
    'Eine E-Mail mit einem 6-stelligen Code ist unterwegs. Geben Sie den Code hier ein, um Ihre Adresse zu bestätigen. Wenn Sie schon ein Konto haben, steht das in der E-Mail.',
  'confirm.otherAddress': 'Andere E-Mail-Adresse verwenden',

  'forgot.heading': 'Passwort vergessen?',
  'forgot.why':
    'Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden Ihnen einen Code, mit dem Sie ein neues Passwort festlegen.',
  'forgot.back': 'Zurück zur Anmeldung',
  'reset.heading': 'Neues Passwort festlegen',
  'reset.why':
    'Wenn es für diese Adresse ein Konto gibt, ist eine E-Mail mit einem Code unterwegs. Sehen Sie auch im Spam-Ordner nach.',

  'say.email.invalid': 'Geben Sie Ihre E-Mail-Adresse ein, zum Beispiel ada@example.com.',
  'say.password.missing': 'Geben Sie Ihr Passwort ein.',
  'say.password.long': 'Ein Passwort hat höchstens 1024 Zeichen.',
  'say.name.invalid': 'Ein Name hat höchstens 200 Zeichen und keine unsichtbaren.',
  'say.code.form': 'Geben Sie die sechs Ziffern des Codes ein.',
  'say.factor.form': 'Geben Sie sechs Ziffern aus Ihrer Authentifizierungs-App oder einen Wiederherstellungscode ein.',
  'say.auth.invalid_credentials':
    'Die E-Mail-Adresse oder das Passwort ist falsch, oder die Adresse ist noch nicht bestätigt. Prüfen Sie beides, oder lassen Sie sich einen Code per E-Mail senden.',
  'say.password.wrong':
    'Dieses Passwort ist falsch. Versuchen Sie es noch einmal, oder lassen Sie sich einen Code per E-Mail senden.',
  'say.token.invalid':
    'Dieser Code geht nicht. Er ist falsch, schon benutzt oder zu alt, oder eine neuere E-Mail hat ihn ersetzt. Prüfen Sie den Code, oder fordern Sie eine neue E-Mail an.',
  'say.link.invalid':
    'Dieser Link geht nicht mehr: Er wurde schon benutzt, oder er ist zu alt. Geben Sie Ihre E-Mail-Adresse ein, um eine neue E-Mail zu bekommen.',
  'say.link.damaged':
    'Dieser Link ist unvollständig. Kopieren Sie ihn ganz aus der E-Mail, oder fordern Sie eine neue E-Mail an.',
  'say.mfa.code_invalid':
    'Dieser Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten Code, oder nehmen Sie einen Wiederherstellungscode.',
  'say.mfa.challenge_invalid':
    'Es hat zu lange gedauert, oder es waren zu viele falsche Codes. Melden Sie sich neu an.',
  'say.mfa.factor_required': 'Ihr Konto braucht hier seinen zweiten Faktor.',
  'say.passkey.invalid':
    'Dieser Passkey geht hier nicht. Versuchen Sie einen anderen, oder melden Sie sich auf andere Art an.',
  'say.passkey.cancelled':
    'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal, oder melden Sie sich auf andere Art an.',
  'say.provider.failed':
    'Die Anmeldung beim Anbieter hat nicht geklappt. Versuchen Sie es noch einmal, oder melden Sie sich auf andere Art an.',
  'say.provider.flow_invalid':
    'Diese Anmeldung ist schon beendet, oder sie hat zu lange gedauert. Gehen Sie zu der Seite zurück, von der Sie kamen, und beginnen Sie neu, oder melden Sie sich hier an.',
  'say.user.email_taken':
    'Für diese E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich damit an, oder nehmen Sie eine andere Adresse.',
  'say.user.password_refused': 'Bitte wählen Sie ein anderes Passwort.',
  'say.user.no_password': 'Ihr Konto hat kein Passwort. Lassen Sie sich einen Code per E-Mail senden.',
  'say.mail.again':
    'Wenn diese Adresse eine E-Mail bekommen kann, ist eine neue unterwegs. Nur der Code der neuesten E-Mail geht.',
  'say.reset': 'Ihr Passwort wurde geändert. Melden Sie sich mit dem neuen an.',
  'say.expired': 'Diese Seite hat zu lange gewartet. Beginnen Sie neu.',
  'say.signedOut': 'Sie sind inzwischen abgemeldet. Melden Sie sich neu an.',
  'say.ended': 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
  'say.left': 'Sie sind abgemeldet.',
  'say.cookies':
    'Sie sind nicht angemeldet: Dieser Browser hat unser Cookie nicht behalten. Erlauben Sie in den Einstellungen Cookies für {host}, und melden Sie sich dann neu an.',
  'say.request.origin_refused':
    'Es ist nichts geschehen: Dieses Formular kam nicht von {host}. Füllen Sie das Formular hier aus, oder öffnen Sie diese Seite in einem anderen Browser.',
  'say.request.invalid': 'Ein Feld dieses Formulars ist nicht gültig. Prüfen Sie es, und versuchen Sie es noch einmal.',
  'say.request.rate_limited': 'Zu viele Versuche. Versuchen Sie es {when} noch einmal.',
  'say.server.busy': 'Der Server ist beschäftigt. Versuchen Sie es gleich noch einmal.',
  'say.server.error': 'Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.',
  'say.offline': 'Der Server hat nicht geantwortet. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.',

  'refused.short': 'Es ist zu kurz: Nötig sind mindestens {min, plural, one {# Zeichen} other {# Zeichen}}.',
  'refused.long': 'Es ist zu lang.',
  'refused.common': 'Es ist eines der am häufigsten benutzten Passwörter.',
  'refused.context': 'Es besteht vor allem aus Ihrem Namen, Ihrer E-Mail-Adresse oder dem Namen dieses Dienstes.',
  'refused.stolen': 'Es steht in einer Liste gestohlener Passwörter.',
}
