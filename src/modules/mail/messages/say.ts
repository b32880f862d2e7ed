/** Formats messages: https://unicode-org.github.io/icu/userguide/format_parse/messages/ */
import { type Formats, IntlMessageFormat } from 'intl-messageformat'
import type { Messages, Say } from '../../../core/letters.ts'
import type { Locale } from '../../../lib/languages.ts'
import { oncePer } from '../../../lib/once-per.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

/** The messages that every feature may use. */
export type FrameMessage = keyof typeof en
export const frame: Messages<FrameMessage> = { en, pt, de, fr, es, ja }

/** The time zone of the reader is unknown, so times are shown in UTC, with that label. */
const formats: Partial<Formats> = {
  date: {
    utc: {
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: 'UTC',
      timeZoneName: 'short',
    },
  },
}

/**
 * Each message is parsed once. Parsing, and loading the date formats of a language, take nearly all the time of a mail.
 */
const parsedOf = oncePer((_messages: Messages) => new Map<string, IntlMessageFormat>())

function parse(messages: Messages, locale: Locale, name: string): IntlMessageFormat {
  const text = messages[locale][name]
  if (text === undefined) throw new Error(`there is no message ${name}`)
  const parsed = parsedOf(messages)
  const key = `${locale} ${name}`
  const message = parsed.get(key) ?? new IntlMessageFormat(text, locale, formats, { ignoreTag: true })
  parsed.set(key, message)
  return message
}

/**
 * Plain text in this language, from the messages of a feature or of the frame. `known` holds the values that every
 * message can use. A value is never parsed as a message.
 */
export const speak =
  (locale: Locale, own: Messages, known: Record<string, string>): Say<string> =>
  (name, values) =>
    String(parse(name in own[locale] ? own : frame, locale, name).format({ ...known, ...values }))
