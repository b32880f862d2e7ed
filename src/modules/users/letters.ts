import { defineLetters, facts, letter, when } from '../mail/letter.ts'
import type { feature } from './feature.ts'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import { es } from './messages/es.ts'
import { fr } from './messages/fr.ts'
import { ja } from './messages/ja.ts'
import { pt } from './messages/pt.ts'

export const letters = defineLetters<typeof feature.mails, keyof typeof en>({
  messages: { en, pt, de, fr, es, ja },
  write: {
    'account-deleted': ({ at }, say) => letter('account-deleted', say, [facts(when(say, at))]),
    'username-changed': ({ at }, say) => letter('username-changed', say, [facts(when(say, at))]),
  },
})
