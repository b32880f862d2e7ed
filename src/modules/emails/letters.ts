import { inert } from '../mail/inert.ts'
import { defineLetters, fact, facts, letter, proof, when } from '../mail/letter.ts'
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
    'verify-email': proof('verify-email'),
    'change-email': proof('change-email'),
    'email-changed': ({ newEmail, at }, say) =>
      letter('email-changed', say, [facts(fact(say, 'fact.newEmail', inert(newEmail)), when(say, at))]),
    'unproved-removed': ({ at }, say) => letter('unproved-removed', say, [facts(when(say, at))]),
  },
})
