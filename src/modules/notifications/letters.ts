import { inert } from '../mail/inert.ts'
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
    'notification-digest': ({ titles, more, link, unsubscribe }, say) => {
      const further = Number.parseInt(more, 10)
      // A job of an earlier release has none.
      const ends = unsubscribe ? { unsubscribe } : {}
      const parts = letter('notification-digest', say, [
        ...titles.split('\n').map((title) => text(`• ${inert(title)}`)),
        ...(further > 0 ? [text(say('notification-digest.more', { count: further }))] : []),
        { kind: 'button', label: say('notification-digest.button'), href: link },
      ])
      const last = unsubscribe
        ? [{ kind: 'link', label: say('notification-digest.unsubscribe'), href: unsubscribe } as const]
        : []
      return { ...parts, ...ends, blocks: [...parts.blocks, ...last] }
    },
  },
})
