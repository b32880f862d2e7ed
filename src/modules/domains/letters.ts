import { inert } from '../mail/inert.ts'
import { defineLetters, fact, facts, letter, when } from '../mail/letter.ts'
import type { feature } from './feature.ts'
import { en } from './messages/en.ts'
import { pt } from './messages/pt.ts'

export const letters = defineLetters<typeof feature.mails, keyof typeof en>({
  messages: { en, pt },
  write: {
    'domain-lost': ({ domain, org, at }, say) =>
      letter('domain-lost', say, [
        facts(fact(say, 'domain-lost.domain', inert(domain)), fact(say, 'domain-lost.org', inert(org)), when(say, at)),
      ]),
  },
})
