import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'new-device.subject': 'Nouvelle connexion à votre compte {brand}',
  'new-device.heading': 'Nouvelle connexion à votre compte',
  'new-device.why': 'Il y a eu une connexion à votre compte {brand} depuis un nouvel appareil ou un nouveau réseau.',
  'new-device.notYou':
    'Si c’était vous, il n’y a rien à faire. Si ce n’était pas vous, changez votre mot de passe tout de suite et fermez les sessions que vous ne connaissez pas.',
}
