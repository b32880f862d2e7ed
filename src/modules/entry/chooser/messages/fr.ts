import type { en } from './en.ts'

/** The texts of the account chooser, in French. */
export const fr: Record<keyof typeof en, string> = {
  heading: 'Choisissez un compte',
  why: 'Ces comptes se sont déjà connectés ici. Seul ce navigateur garde la liste.',
  forget: 'Oublier',
  'forget.account': 'Oublier {account} dans ce navigateur',
  other: 'ou utilisez un autre compte',
  signOut: 'Se déconnecter',
}
