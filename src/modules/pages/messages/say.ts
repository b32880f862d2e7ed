import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '../../../lib/languages.ts'
import { en } from './en.ts'
import { pt } from './pt.ts'

export type MessageName = keyof typeof en
export type Say = (name: MessageName, values?: Record<string, string | number>) => string

const messages: Record<Locale, Record<MessageName, string>> = { en, pt }

/** Plain text in this language. `known` are values any message may name. A value is never read as a message. */
export const speak =
  (locale: Locale, known: Record<string, string>): Say =>
  (name, values) =>
    String(
      new IntlMessageFormat(messages[locale][name], locale, undefined, { ignoreTag: true }).format({
        ...known,
        ...values,
      }),
    )
