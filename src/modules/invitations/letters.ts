import { inert } from '../mail/inert.ts'
import { defineLetters, fact, facts, letter, text } from '../mail/letter.ts'
import type { feature } from './feature.ts'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import { es } from './messages/es.ts'
import { fr } from './messages/fr.ts'
import { ja } from './messages/ja.ts'
import { pt } from './messages/pt.ts'

const MINUTES_A_DAY = 24 * 60

export const letters = defineLetters<typeof feature.mails, keyof typeof en>({
  messages: { en, pt, de, fr, es, ja },
  write: {
    // The names are texts of strangers. So the subject has neither.
    invitation: ({ org, inviter, link, minutes }, say) =>
      letter('invitation', say, [
        facts(fact(say, 'invitation.org', inert(org)), fact(say, 'invitation.inviter', inert(inviter))),
        { kind: 'button', label: say('invitation.button'), href: link },
        text(say('invitation.life', { days: minutes / MINUTES_A_DAY })),
      ]),
  },
})
