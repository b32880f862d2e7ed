import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '../../../lib/languages.ts'
import { en } from './en.ts'
import { pt } from './pt.ts'

export type MessageName = keyof typeof en
export type Say = (name: MessageName, values?: Record<string, string | number>) => string

const messages: Record<Locale, Record<MessageName, string>> = { en, pt }

/** `e-mail` and `6-digit` stay on one line: a word joiner, which is not seen, stands behind their hyphen. */
const unbroken = (text: string): string => text.replace(/(?<=\b[e6])-(?=\p{L})/giu, '-\u2060')

/** Plain text in this language. `known` are values any message may name. A value is never read as a message. */
export const speak =
  (locale: Locale, known: Record<string, string>): Say =>
  (name, values) => {
    // In the edge bundles the message is parsed already (src/build/compiled-messages.ts): it goes in as it is.
    const message = new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true })
    return unbroken(String(message.format({ ...known, ...values })))
  }
