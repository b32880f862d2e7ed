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
    'webhook-target': ({ host, device, address, at }, say) =>
      letter('webhook-target', say, [
        facts(
          fact(say, 'fact.webhookHost', inert(host)),
          fact(say, 'fact.device', inert(device)),
          fact(say, 'fact.address', inert(address)),
          when(say, at),
        ),
      ]),
    'webhook-disabled': ({ host, at }, say) =>
      letter('webhook-disabled', say, [facts(fact(say, 'fact.webhookHost', inert(host)), when(say, at))]),
  },
})
