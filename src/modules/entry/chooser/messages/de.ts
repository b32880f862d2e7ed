import type { en } from './en.ts'

/** The texts of the account chooser, in German. */
export const de: Record<keyof typeof en, string> = {
  heading: 'Konto auswählen',
  why: 'Mit diesen Konten haben Sie sich hier schon angemeldet. Nur dieser Browser kennt die Liste.',
  forget: 'Vergessen',
  'forget.account': '{account} in diesem Browser vergessen',
  other: 'oder ein anderes Konto verwenden',
  signOut: 'Abmelden',
}
