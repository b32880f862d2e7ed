import { defineLetters, letter, text } from '../mail/letter.ts'
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
    'account-exists': ({ resetLink }, say) =>
      letter('account-exists', say, [
        text(say('account-exists.forgotten')),
        { kind: 'button', label: say('account-exists.button'), href: resetLink },
      ]),
  },
})
