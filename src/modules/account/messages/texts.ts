/** The texts of the account page in each language. */
import type { Locale } from '../../../lib/languages.ts'
import { en, type Texts } from './en.ts'

const all: Partial<Record<Locale, Texts>> = { en }

export const textsOf = (locale: Locale): Texts => all[locale] ?? en
