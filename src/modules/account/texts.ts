/** The texts of the account page in each language. */
import { type Locale, locales } from '../../lib/languages.ts'
import { de as deFailures } from './failures/messages/de.ts'
import { en as enFailures } from './failures/messages/en.ts'
import { es as esFailures } from './failures/messages/es.ts'
import { fr as frFailures } from './failures/messages/fr.ts'
import { ja as jaFailures } from './failures/messages/ja.ts'
import { pt as ptFailures } from './failures/messages/pt.ts'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import { es } from './messages/es.ts'
import { fr } from './messages/fr.ts'
import { ja } from './messages/ja.ts'
import { pt } from './messages/pt.ts'
import { de as deNotices } from './notices/messages/de.ts'
import { en as enNotices } from './notices/messages/en.ts'
import { es as esNotices } from './notices/messages/es.ts'
import { fr as frNotices } from './notices/messages/fr.ts'
import { ja as jaNotices } from './notices/messages/ja.ts'
import { pt as ptNotices } from './notices/messages/pt.ts'
import type { Texts } from './schema.ts'

const all: Record<Locale, Texts> = {
  en: { ...en, ...enFailures, ...enNotices },
  pt: { ...pt, ...ptFailures, ...ptNotices },
  de: { ...de, ...deFailures, ...deNotices },
  fr: { ...fr, ...frFailures, ...frNotices },
  es: { ...es, ...esFailures, ...esNotices },
  ja: { ...ja, ...jaFailures, ...jaNotices },
}

export const textsOf = (locale: Locale): Texts => all[locale]

/**
 * A script of its own in each language: the document is of one person, so it is neither compressed nor kept, and most of it
 * would be these texts.
 */
export const textsFile = (locale: Locale): string => `texts-${locale}.js`
export const textsScript = (name: string): string | undefined => {
  const locale = locales.find((one) => textsFile(one) === name)
  return locale && `globalThis.accountTexts=${JSON.stringify(all[locale])}`
}
