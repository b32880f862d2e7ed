import type { en } from './en.ts'

/** The texts of the account chooser, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  heading: 'Elija una cuenta',
  why: 'Estas cuentas ya iniciaron sesión aquí. Solo este navegador guarda la lista.',
  forget: 'Olvidar',
  'forget.account': 'Olvidar {account} en este navegador',
  other: 'o use otra cuenta',
  signOut: 'Cerrar sesión',
}
