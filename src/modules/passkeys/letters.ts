import { inert } from '../mail/inert.ts'
import { defineLetters, fact, facts, letter, when } from '../mail/letter.ts'
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
    'passkey-added': ({ passkey, at }, say) =>
      letter('passkey-added', say, [facts(fact(say, 'fact.passkey', inert(passkey)), when(say, at))]),
    'passkey-removed': ({ at }, say) => letter('passkey-removed', say, [facts(when(say, at))]),
    'passkey-flagged': ({ passkey, at }, say) =>
      letter('passkey-flagged', say, [facts(fact(say, 'fact.passkey', inert(passkey)), when(say, at))]),
  },
})
