import { inert } from '../mail/inert.ts'
import { defineLetters, fact, facts, letter, when } from '../mail/letter.ts'
import type { feature } from './feature.ts'
import { en } from './messages/en.ts'
import { pt } from './messages/pt.ts'

export const letters = defineLetters<typeof feature.mails, keyof typeof en>({
  messages: { en, pt },
  write: {
    'api-key-created': ({ key, device, address, at }, say) =>
      letter('api-key-created', say, [
        facts(
          fact(say, 'fact.apiKey', inert(key)),
          fact(say, 'fact.device', inert(device)),
          fact(say, 'fact.address', inert(address)),
          when(say, at),
        ),
      ]),
    'api-key-revoked': ({ key, at }, say) =>
      letter('api-key-revoked', say, [facts(fact(say, 'fact.apiKey', inert(key)), when(say, at))]),
  },
})
