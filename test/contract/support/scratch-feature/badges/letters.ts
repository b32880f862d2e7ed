import { inert } from '../mail/inert.ts'
import { defineLetters, fact, facts, letter, when } from '../mail/letter.ts'
import type { feature } from './feature.ts'
import { en } from './messages/en.ts'
import { pt } from './messages/pt.ts'

export const letters = defineLetters<typeof feature.mails, keyof typeof en>({
  messages: { en, pt },
  write: {
    'badge-awarded': ({ title, at }, say) =>
      letter('badge-awarded', say, [facts(fact(say, 'fact.badge', inert(title)), when(say, at))]),
  },
})
