import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '../../../lib/languages.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

export type MessageName = keyof typeof en
export type Say = (name: MessageName, values?: Record<string, string | number>) => string

const messages: Record<Locale, Record<MessageName, string>> = { en, pt, de, fr, es, ja }

/** Keeps `e-mail` and `6-digit` on one line: adds an invisible word joiner after the hyphen. */
const unbroken = (text: string): string => text.replace(/(?<=\b[e6])-(?=\p{L})/giu, '-\u2060')

/**
 * Returns plain text in this language. Every message may use the values in `known`. A value is never parsed as a
 * message.
 */
export const speak =
  (locale: Locale, known: Record<string, string>): Say =>
  (name, values) => {
    // In the edge bundles the message is already parsed (src/build/compiled-messages.ts). It is passed on unchanged.
    const message = new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true })
    return unbroken(String(message.format({ ...known, ...values })))
  }
