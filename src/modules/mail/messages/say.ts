/** A message put into words: https://unicode-org.github.io/icu/userguide/format_parse/messages/ */
import { type Formats, IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '../content.ts'
import { en } from './en.ts'
import { pt } from './pt.ts'

export type MessageName = keyof typeof en
export type Say = (name: MessageName, values?: Record<string, string | number>) => string

const messages: Record<Locale, Record<MessageName, string>> = { en, pt }

/** Where the reader is, nobody knows: a time is shown in UTC, and says so. */
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

/** Parsed once: that, and looking up how a language writes dates, is nearly all the time a mail takes. */
const parsed = new Map<string, IntlMessageFormat>()

function parse(locale: Locale, name: MessageName): IntlMessageFormat {
  const key = `${locale} ${name}`
  const message = parsed.get(key) ?? new IntlMessageFormat(messages[locale][name], locale, formats, { ignoreTag: true })
  parsed.set(key, message)
  return message
}

/** Plain text in this language. `known` are values any message may name. A value is never read as a message. */
export const speak =
  (locale: Locale, known: Record<string, string>): Say =>
  (name, values) =>
    String(parse(locale, name).format({ ...known, ...values }))
