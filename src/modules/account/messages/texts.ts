/** The texts of the account page in each language. */
import type { Locale } from '../../../lib/languages.ts'
import { de } from './de.ts'
import { en, type Texts } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

const all: Record<Locale, Texts> = { en, pt, de, fr, es, ja }

export const textsOf = (locale: Locale): Texts => all[locale]
