import type { en } from './en.ts'

/** Texts of the mails of this feature, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'fact.provider': 'Proveedor',
  'identity-linked.subject': 'Una nueva forma de iniciar sesión en su cuenta de {brand}',
  'identity-linked.heading': 'Una nueva forma de iniciar sesión',
  'identity-linked.why':
    'Se vinculó una identidad de otro proveedor a su cuenta de {brand}. A partir de ahora, sirve para iniciar sesión.',
  'identity-linked.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: desvincule la identidad, cierre todas las demás sesiones y cambie su contraseña de inmediato.',
  'identity-unlinked.subject': 'Se quitó una forma de iniciar sesión en su cuenta de {brand}',
  'identity-unlinked.heading': 'Se quitó una forma de iniciar sesión',
  'identity-unlinked.why':
    'Se desvinculó una identidad de otro proveedor de su cuenta de {brand}. Ya no sirve para iniciar sesión.',
  'identity-unlinked.notYou':
    'Si no fue usted, es posible que otra persona esté usando su cuenta: cierre todas las demás sesiones y cambie su contraseña de inmediato.',
}
