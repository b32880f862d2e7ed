import type { en } from './en.ts'

/** The texts of the pages of an authorization, in German. */
export const de: Record<keyof typeof en, string> = {
  'consent.heading': '{client} die Nutzung Ihres Kontos erlauben?',
  'consent.host': '{client} unter',
  'consent.callsItself': 'Die App nennt sich {name}. Wir haben diesen Namen nicht geprüft: Prüfen Sie die Adresse.',
  'consent.account': 'Angemeldet als',
  'consent.otherAccount': 'Anderes Konto verwenden',
  'consent.why': 'Die App bittet um Folgendes:',
  'consent.nothing': '{resource} in Ihrem Namen aufrufen',
  'consent.ofResource': 'In {resource}',
  'consent.detail': 'Im Einzelnen:',
  'consent.known': 'Das haben Sie schon erlaubt:',
  'consent.onThisDevice':
    'Diese App läuft auf diesem Gerät. Erlauben Sie sie nur, wenn Sie sie gerade selbst gestartet haben.',
  'consent.later': 'Sie können dies jederzeit in Ihrem Konto beenden.',
  'consent.allow': 'Erlauben',
  'consent.deny': 'Ablehnen',
  'account.heading': 'Weiter zu {client}',
  'account.why': 'Machen Sie mit diesem Konto weiter oder verwenden Sie ein anderes.',
  'account.continue': 'Weiter',
  'device.heading': 'Ein Gerät verbinden',
  'device.why': 'Geben Sie den Code ein, den Ihr Gerät zeigt.',
  'device.compare':
    'Vergleichen Sie diesen Code mit dem, den Ihr Gerät zeigt. Wenn sie sich unterscheiden, machen Sie nicht weiter.',
  'device.code': 'Code des Geräts',
  'device.code.hint': 'Acht Buchstaben, zum Beispiel WDJB-MJHT',
  'device.continue': 'Weiter',
  'device.wrong':
    'Dieser Code ist nicht bekannt oder abgelaufen. Prüfen Sie die Buchstaben oder lassen Sie das Gerät einen neuen Code zeigen.',
  'device.tooMany': 'Das waren zu viele Codes. Warten Sie ein paar Minuten und versuchen Sie es noch einmal.',
  'device.place': 'Die Anfrage kam von dieser Adresse: {address} ({device}).',
  'device.warning':
    'Erlauben Sie es nur, wenn Sie das selbst begonnen haben und Ihr Gerät {code} zeigt. Mit einem Code, den Ihnen jemand geschickt hat, kommt diese Person in Ihr Konto.',
  'device.allowed.heading': 'Das Gerät ist verbunden',
  'device.allowed.why': 'Sie können diese Seite schließen und am Gerät weitermachen.',
  'device.denied.heading': 'Das Gerät wurde nicht verbunden',
  'device.denied.why': 'Nichts wurde erlaubt. Sie können diese Seite schließen.',
  'unsubscribe.heading': 'E-Mails über Mitteilungen beenden?',
  'unsubscribe.why':
    'Sie erhalten dann keine E-Mails über ungelesene Mitteilungen von {brand} mehr. In der App finden Sie sie weiterhin.',
  'unsubscribe.button': 'Diese E-Mails beenden',
  'unsubscribe.others': 'E-Mails zu Ihrem Konto und dessen Sicherheit kommen weiterhin.',
  'unsubscribe.settings': 'Einstellungen Ihres Kontos',
  'unsubscribe.done.heading': 'Diese E-Mails sind beendet',
  'unsubscribe.done.why':
    'Sie erhalten keine E-Mails über ungelesene Mitteilungen von {brand} mehr. Eine E-Mail, die schon unterwegs ist, kann noch ankommen.',
  'unsubscribe.broken.heading': 'Dieser Link funktioniert nicht',
  'unsubscribe.broken.why':
    'Er ist unvollständig oder zu alt. Melden Sie sich an, und wählen Sie in den Einstellungen Ihrer Mitteilungen, was Sie per E-Mail erreicht.',
  'logout.heading': 'Abmelden?',
  'logout.asks': '{client} möchte Sie hier abmelden.',
  'logout.stays':
    'Die App, die Sie hierher geschickt hat, hat einen Fehler gemacht. Deshalb kommen Sie nicht zu ihr zurück.',
  'logout.signOut': 'Abmelden',
  'logout.why': 'Sie sind dann in diesem Browser abgemeldet.',
  'logout.done.heading': 'Sie sind abgemeldet',
  'logout.done.why': 'Sie können diese Seite schließen.',
  'go.account': 'Zu Ihrem Konto',
  'go.signIn': 'Wieder anmelden',
  'go.home': 'Zur Startseite',
  'logout.stay': 'Angemeldet bleiben',
  'error.back': 'Zurück zu {client}',
  'error.signIn': 'Mit einem anderen Konto anmelden',
  'error.requestId': 'Anfrage',
  'error.request.heading': 'Diese Anmeldung kann nicht weitergehen',
  'error.request.why':
    'Die App, die Sie hierher geschickt hat, hat einen Fehler gemacht. Deshalb haben wir Sie nicht zu ihr zurückgeschickt. Öffnen Sie die App neu und versuchen Sie es noch einmal. Wenn es wieder geschieht, melden Sie es den Betreibern der App.',
  'error.expired.heading': 'Das hat zu lange gedauert',
  'error.expired.why': 'Gehen Sie zurück zur App und melden Sie sich dort noch einmal an.',
  'error.session.heading': 'Sie sind jetzt mit einem anderen Konto angemeldet',
  'error.session.why':
    'Deshalb wurde nichts erlaubt. Gehen Sie zurück zur App und melden Sie sich dort noch einmal an.',
  'error.impersonated.heading': 'Sie benutzen das Konto einer anderen Person',
  'error.impersonated.why':
    'Nur die Person selbst kann sich damit in einer App anmelden. Beenden Sie zuerst die Sitzung und melden Sie sich mit Ihrem eigenen Konto an.',
  'error.anonymous.heading': 'Dieses Konto hat noch keine E-Mail-Adresse',
  'error.anonymous.why': 'Geben Sie dem Konto zuerst eine Adresse oder melden Sie sich mit einem anderen Konto an.',
  'error.origin.heading': 'Diese Seite wurde nicht hier geöffnet',
  'error.origin.why':
    'Es wurde nichts geändert: Das Formular kam nicht von dieser Website. Gehen Sie zur App oder zum Gerät zurück und beginnen Sie neu.',
  'error.later.heading': 'Bitte versuchen Sie es gleich noch einmal',
  'error.later.why':
    'Der Server kann im Moment nicht antworten. Nichts wurde geändert. Warten Sie eine Minute und laden Sie die Seite dann neu.',
  'error.factor.heading': 'Ihr Konto braucht einen zweiten Faktor',
  'error.factor.why':
    'Ihre Rolle verlangt einen zweiten Faktor, und Ihr Konto hat keinen. Fügen Sie zuerst in Ihrem Konto einen hinzu. Gehen Sie dann zurück zur App.',
}
