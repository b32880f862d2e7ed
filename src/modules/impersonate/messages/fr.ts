import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'impersonated.subject': 'Un administrateur de {brand} agit dans votre compte',
  'impersonated.heading': 'Un administrateur agit dans votre compte',
  'impersonated.why':
    'Un administrateur de {brand} peut voir et utiliser votre compte pendant une heure au plus, par exemple pour vous aider. Il ne peut changer ni votre mot de passe, ni votre adresse, ni vos facteurs.',
  'impersonated.notYou': 'Si vous ne savez pas pourquoi, demandez aux administrateurs de {brand}.',
}
