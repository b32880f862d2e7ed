import type { FailureTexts } from './en.ts'

export const de: FailureTexts = {
  error:
    'Etwas ist schiefgegangen. Versuchen Sie es erneut. Geschieht es wieder, nennen Sie dem Support diese Nummer: {requestId}',
  errorBusy: 'Der Server ist ausgelastet. Warten Sie einen Moment und versuchen Sie es erneut.',
  errorLimited: 'Zu viele Versuche. Warten Sie {wait} und versuchen Sie es dann erneut.',
  errorInvalid: 'Der Server hat das nicht angenommen. Berichtigen Sie es und senden Sie es erneut.',
  errorForbidden: 'Das dürfen Sie nicht. Fragen Sie einen Administrator.',
  errorNotConfirmed:
    'Nichts wurde geändert, weil Sie nicht bestätigt haben, dass Sie es sind. Versuchen Sie es erneut, um zu bestätigen.',
  errorActing: 'Das kann nur der Inhaber des Kontos. Nichts wurde geändert.',
  errorFactorNeeded:
    'Ihre Rolle verlangt einen zweiten Faktor. Fügen Sie unter Sicherheit einen hinzu und kommen Sie zurück.',
  errorFactorRequired: 'Ihr Konto hat einen zweiten Faktor. Bestätigen Sie damit.',
  errorGone: 'Es ist schon weg. Die Liste ist jetzt aktuell.',
  errorCode:
    'Der Code ist falsch, verbraucht oder zu alt. Sehen Sie in die neueste Mail oder senden Sie einen neuen Code.',
  errorAppCode: 'Der Code ist falsch oder verbraucht. Warten Sie auf den nächsten Code der App.',
  errorCredentials: 'Das Passwort ist falsch.',
  errorPassword: 'Wählen Sie ein anderes Passwort: Dieses wird abgelehnt.',
  errorNoPassword: 'Das Konto hat kein Passwort. Legen Sie zuerst eines fest.',
  errorPasskey: 'Der Passkey wurde nicht angenommen. Versuchen Sie es erneut.',
  errorPasskeyCancelled: 'Kein Passkey wurde verwendet. Versuchen Sie es erneut, wenn Sie bereit sind.',
  errorPasskeyExists: 'Dieses Gerät hat schon einen Passkey Ihres Kontos.',
  errorPasskeyMany: 'Mehr Passkeys kann ein Konto nicht haben. Entfernen Sie zuerst einen.',
  errorPasskeyMade: 'Der Passkey wurde nicht rechtzeitig erstellt. Versuchen Sie es erneut.',
  errorTotpExists: 'Sie haben schon eine Authenticator-App. Entfernen Sie sie, bevor Sie eine andere einrichten.',
  errorTotpMissing: 'Die Einrichtung wurde in einem anderen Fenster ersetzt. Beginnen Sie neu.',
  errorLastWay:
    'Das ist Ihre letzte Möglichkeit, sich anzumelden. Legen Sie zuerst ein Passwort fest oder fügen Sie einen Passkey hinzu.',
  errorUsernameTaken: 'Jemand hat diesen oder einen sehr ähnlichen Benutzernamen. Wählen Sie einen anderen.',
  errorUsername:
    'Der Benutzername wird nicht angenommen. Verwenden Sie 3 bis 32 Buchstaben und Ziffern, dazwischen einzelne Punkte, Binde- oder Unterstriche.',
  errorEmailTaken: 'Ein anderes Konto hat diese Adresse. Verwenden Sie eine andere.',
  errorChanged: 'Es wurde in einem anderen Fenster geändert. Sehen Sie es sich an und speichern Sie dann.',
  errorLastAdmin: 'Sie sind der letzte Administrator. Machen Sie zuerst jemand anderen zum Administrator.',
  errorLastOwner: 'Sie sind der letzte Inhaber einer Organisation. Machen Sie zuerst jemand anderen zum Inhaber.',
  errorOrgRule:
    'Die Organisation verlangt eine sicherere oder neuere Anmeldung. Melden Sie sich erneut an, mit Ihrem zweiten Faktor, falls Sie einen haben.',
  errorOrgMany: 'Zu mehr Organisationen kann ein Konto nicht gehören. Verlassen Sie zuerst eine.',
  errorInvitation: 'Die Einladung ist verbraucht, widerrufen oder zu alt. Bitten Sie um eine neue.',
  errorMember: 'Sie sind schon Mitglied.',
  errorDomain: 'Die Organisation nimmt nur Adressen ihrer eigenen Domains an.',
  errorUnverified: 'Bestätigen Sie zuerst Ihre E-Mail-Adresse.',
  errorProvider: 'Der andere Anbieter hat nicht richtig geantwortet. Versuchen Sie es erneut.',
  errorProviderDenied:
    'Der andere Anbieter hat abgelehnt, oder Sie haben dort abgebrochen. Versuchen Sie es erneut, wenn Sie möchten.',
  errorProviderFlow: 'Es hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Versuchen Sie es erneut.',
  errorIdentityTaken:
    'Dieses Konto ist hier mit jemand anderem verbunden. Melden Sie sich damit an, um zu sehen, mit wem.',
  errorIdentityUnverified:
    'Die Adresse muss dort und hier bestätigt sein. Bestätigen Sie beide und versuchen Sie es erneut.',
  errorIdentityMany: 'Mehr verbundene Konten sind nicht möglich. Trennen Sie zuerst eines.',
  errorNotAnonymous: 'Dieses Konto hat schon eine Adresse. Laden Sie die Seite neu.',
  errorOrigin: 'Ihr Browser hat nicht gesagt, woher diese Anfrage kommt. Laden Sie die Seite neu.',
}
