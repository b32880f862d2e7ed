import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '../../../../lib/languages.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

const messages: Record<Locale, Record<keyof typeof en, string>> = { en, pt, de, fr, es, ja }

/** Returns plain text in this language. A value is never parsed as a message. */
export const speak =
  (locale: Locale) =>
  (name: keyof typeof en, values?: Record<string, string>): string => {
    // In the edge bundles the message is already parsed (src/build/compiled-messages.ts).
    const message = new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true })
    return String(message.format(values))
  }
