/** The messages of pages. Format: https://unicode-org.github.io/icu/userguide/format_parse/messages/ */
import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from './languages.ts'

type Values = Readonly<Record<string, string | number>>
/** Plain text, with these values. */
export type Speak<Name extends string> = (name: Name, values?: Values) => string

/**
 * From the messages of a page: plain text in a language. Every message may use the values in `known`. A value is never parsed as
 * a message.
 */
export function speakIn<Name extends string>(messages: Readonly<Record<Locale, Readonly<Record<Name, string>>>>) {
  /** Parsed once: parsing is most of the work of a page. */
  const parsed = new Map<string, IntlMessageFormat>()
  function formatOf(locale: Locale, name: Name): IntlMessageFormat {
    const key = `${locale} ${name}`
    // In the edge bundles the message is already parsed (src/build/compiled-messages.ts).
    const format =
      parsed.get(key) ?? new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true })
    parsed.set(key, format)
    return format
  }
  return (locale: Locale, known?: Values): Speak<Name> =>
    (name, values) =>
      String(formatOf(locale, name).format({ ...known, ...values }))
}
