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

const plain = speakIn({ en, pt, de, fr, es, ja })

/** Keeps `e-mail` and `6-digit` on one line: adds an invisible word joiner after the hyphen. */
const unbroken = (text: string): string => text.replace(/(?<=\b[e6])-(?=\p{L})/giu, '-\u2060')

export function speak(locale: Locale, known: Record<string, string>): Say {
  const say = plain(locale, known)
  return (name, values) => unbroken(say(name, values))
}
