import type { Locale } from '../../../lib/languages.ts'
import { speakIn } from '../../../lib/speak.ts'
import { keptToItself } from '../text-direction.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

export type Say = (name: keyof typeof en, values?: Record<string, string>) => string

const plain = speakIn({ en, pt, de, fr, es, ja })

/** A value, which may be text of others, turns no words around it. */
export function speak(locale: Locale, known: Record<string, string>): Say {
  const say = plain(locale, known)
  return (name, values) => {
    const kept = Object.entries(values ?? {}).map(([key, value]) => [key, keptToItself(value)])
    return say(name, Object.fromEntries(kept))
  }
}
