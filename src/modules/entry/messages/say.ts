import type { Locale } from '../../../lib/languages.ts'
import { type Speak, speakIn } from '../../../lib/speak.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

export type MessageName = keyof typeof en
export type Say = Speak<MessageName>

export const speak = speakIn({ en, pt, de, fr, es, ja })

/** `in 2 minutes`. */
export function inAbout(locale: Locale, seconds: number): string {
  const format = new Intl.RelativeTimeFormat(locale)
  if (seconds < 100) return format.format(seconds, 'second')
  return seconds < 5400
    ? format.format(Math.ceil(seconds / 60), 'minute')
    : format.format(Math.ceil(seconds / 3600), 'hour')
}
