import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'impersonated.subject': 'Eine Administratorin oder ein Administrator von {brand} handelt in Ihrem Konto',
  'impersonated.heading': 'Die Administration handelt in Ihrem Konto',
  'impersonated.why':
    'Die Administration von {brand} kann Ihr Konto höchstens eine Stunde lang sehen und benutzen, zum Beispiel um Ihnen zu helfen. Ihr Passwort, Ihre Adresse und Ihre Faktoren kann sie nicht ändern.',
  'impersonated.notYou': 'Wenn Sie den Grund nicht kennen, fragen Sie die Administration von {brand}.',
}
