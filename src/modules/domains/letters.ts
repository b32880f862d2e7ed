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
    'domain-lost': ({ domain, org, at }, say) =>
      letter('domain-lost', say, [
        facts(fact(say, 'domain-lost.domain', inert(domain)), fact(say, 'domain-lost.org', inert(org)), when(say, at)),
      ]),
  },
})
