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

/** Parsed once: parsing is most of the work of a page. */
const parsed = new Map<string, IntlMessageFormat>()

function formatOf(locale: Locale, name: MessageName): IntlMessageFormat {
  const key = `${locale} ${name}`
  // In the edge bundles the message is already parsed (src/build/compiled-messages.ts).
  const format =
    parsed.get(key) ?? new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true })
  parsed.set(key, format)
  return format
}

/** Returns plain text in this language. Every message may use the values in `known`. A value is never parsed as a message. */
export const speak =
  (locale: Locale, known: Record<string, string>): Say =>
  (name, values) =>
    String(formatOf(locale, name).format({ ...known, ...values }))

/** `in 2 minutes`. */
export function inAbout(locale: Locale, seconds: number): string {
  const format = new Intl.RelativeTimeFormat(locale)
  if (seconds < 100) return format.format(seconds, 'second')
  return seconds < 5400
    ? format.format(Math.ceil(seconds / 60), 'minute')
    : format.format(Math.ceil(seconds / 3600), 'hour')
}
