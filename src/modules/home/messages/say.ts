import { type Speak, speakIn } from '../../../lib/speak.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

export type Say = Speak<keyof typeof en>

export const speak = speakIn({ en, pt, de, fr, es, ja })
