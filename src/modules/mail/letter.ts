/** The parts of a letter. A feature writes each letter once; the text part and the HTML part are both made from it. */
import type { Block, Letter, Letters, MailData, Messages, Say } from '../../core/letters.ts'
import type { FrameMessage } from './messages/say.ts'

/** The messages that every letter needs. */
type OfLetter<Name extends string> = `${Name}.${'subject' | 'heading' | 'why' | 'notYou'}`

/**
 * The letters of a feature. `Mails` is what its `feature.ts` declares, `Message` the names of its own messages.
 *
 *   export const letters = defineLetters<typeof feature.mails, keyof typeof en>({ messages: { en, pt, … }, write: { … } })
 */
export const defineLetters = <Mails, Message extends string>(letters: {
  messages: Messages<Message>
  write: { [Name in keyof Mails]: (data: MailData<Mails[Name]>, say: Say<Message | FrameMessage>) => Letter }
}): Letters => letters

export const text = (text: string): Block => ({ kind: 'text', text })
const note = (text: string): Block => ({ kind: 'note', text })
export const facts = (...facts: { label: string; value: string }[]): Block => ({ kind: 'facts', facts })

/**
 * The parts of every template. In a letter without a button, the advice "if it was not you" is normal text, not a note.
 */
export const letter = <Name extends string>(name: Name, say: Say<OfLetter<Name>>, blocks: Block[]): Letter => ({
  subject: say(`${name}.subject`),
  preview: say(`${name}.why`),
  heading: say(`${name}.heading`),
  blocks: [
    text(say(`${name}.why`)),
    ...blocks,
    (blocks.some(({ kind }) => kind === 'button') ? note : text)(say(`${name}.notYou`)),
  ],
})

/** A letter that verifies the mailbox: a link to a page that asks for a click, or six digits to type. */
export const proof =
  <Name extends string>(name: Name) =>
  (
    { link, code, minutes }: { link: string; code: string; minutes: number },
    say: Say<OfLetter<Name> | `${Name}.button` | FrameMessage>,
  ): Letter => ({
    ...letter(name, say, [
      text(say('proof.enterCode')),
      { kind: 'code', code },
      text(say('proof.orLink')),
      { kind: 'button', label: say(`${name}.button`), href: link },
      note(say('proof.life', { life: life(say, minutes) })),
    ]),
    preview: say('proof.preview', { code }),
  })

/** Whole hours are shown as hours: 24 hours, not 1,440 minutes. */
const life = (say: Say<FrameMessage>, minutes: number): string =>
  minutes >= 120 && minutes % 60 === 0
    ? say('life.hours', { count: minutes / 60 })
    : say('life.minutes', { count: minutes })

export const fact = <Label extends string>(say: Say<Label>, label: Label, value: string) => ({
  label: say(label),
  value,
})
export const when = (say: Say<FrameMessage>, at: number) => fact(say, 'fact.when', say('time', { at }))
