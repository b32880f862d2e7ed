import { defineLetters, facts, letter, when } from '../mail/letter.ts'
import type { feature } from './feature.ts'
import { en } from './messages/en.ts'
import { pt } from './messages/pt.ts'

export const letters = defineLetters<typeof feature.mails, keyof typeof en>({
  messages: { en, pt },
  write: {
    'account-deleted': ({ at }, say) => letter('account-deleted', say, [facts(when(say, at))]),
    'username-changed': ({ at }, say) => letter('username-changed', say, [facts(when(say, at))]),
  },
})
