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
    'totp-added': ({ device, address, at }, say) =>
      letter('totp-added', say, [
        facts(fact(say, 'fact.device', inert(device)), fact(say, 'fact.address', inert(address)), when(say, at)),
      ]),
    'totp-removed': ({ at }, say) => letter('totp-removed', say, [facts(when(say, at))]),
    'recovery-code-used': ({ device, address, at }, say) =>
      letter('recovery-code-used', say, [
        facts(fact(say, 'fact.device', inert(device)), fact(say, 'fact.address', inert(address)), when(say, at)),
      ]),
    'recovery-codes-made': ({ at }, say) => letter('recovery-codes-made', say, [facts(when(say, at))]),
    'factors-reset': ({ at }, say) => letter('factors-reset', say, [facts(when(say, at))]),
  },
})
