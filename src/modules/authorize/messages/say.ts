import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '../../../lib/languages.ts'
import { keptToItself } from '../text-direction.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

export type MessageName = keyof typeof en
export type Say = (name: MessageName, values?: Record<string, string>) => string

const messages: Record<Locale, Record<MessageName, string>> = { en, pt, de, fr, es, ja }

/** Returns plain text in this language. A value is never parsed as a message, and turns no words around it. */
export const speak =
  (locale: Locale, known: Record<string, string>): Say =>
  (name, values) => {
    // In the edge bundles the message is already parsed (src/build/compiled-messages.ts).
    const message = new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true })
    const kept = Object.entries(values ?? {}).map(([key, value]) => [key, keptToItself(value)])
    return String(message.format({ ...known, ...Object.fromEntries(kept) }))
  }
