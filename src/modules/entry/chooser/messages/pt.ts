import type { en } from './en.ts'

/** The texts of the account chooser, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  heading: 'Escolha uma conta',
  why: 'Estas contas já entraram aqui. Só este navegador guarda a lista.',
  forget: 'Esquecer',
  'forget.account': 'Esquecer {account} neste navegador',
  other: 'ou use outra conta',
  signOut: 'Sair',
}
