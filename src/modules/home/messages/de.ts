import type { en } from './en.ts'

/** In German. If a message of the English file is missing here, the code does not compile. */
export const de: Record<keyof typeof en, string> = {
  'out.heading': 'Willkommen bei {brand}',
  'out.why': 'Melden Sie sich an, um Ihr Konto zu öffnen, oder erstellen Sie eines.',
  'out.signIn': 'Anmelden',
  'out.signUp': 'Konto erstellen',
  'in.heading': 'Sie sind angemeldet',
  'in.as': 'Angemeldet als',
  'in.signOut': 'Abmelden',
  'go.account': 'Ihr Konto',
  'go.account.why': 'Profil, Passwort, Passkeys, Geräte und Apps',
  'go.manage': 'Konsole',
  'go.manage.why': 'Personen, Organisationen, Apps und das Audit-Protokoll',
  'go.docs': 'Dokumentation',
  'go.docs.why': 'Anleitungen, die API und ihre Fehler',
  'missing.heading': 'Diese Seite gibt es nicht',
  'missing.why': 'Die Adresse ist falsch, oder die Seite ist umgezogen. Es wurde nichts geändert.',
  'failed.heading': 'Das hat nicht funktioniert',
  'failed.request': 'Wenn es wieder geschieht, nennen Sie der Administration diese Nummer: {request}',
  'failed.busy.heading': 'Bitte versuchen Sie es gleich noch einmal',
  'failed.busy':
    'Der Server hat gerade zu viel zu tun, oder er bekommt eine neue Version. Warten Sie einen Moment und laden Sie die Seite neu.',
  'go.home': 'Zur Startseite',
}
