/** What stands in each mail, in which order. Said once: both parts, text and HTML, are made from it. */
import type { TemplateName, Templates } from './content.ts'
import { inert } from './inert.ts'
import type { MessageName, Say } from './messages/say.ts'

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'code'; code: string }
  | { kind: 'button'; label: string; href: string }
  | { kind: 'facts'; facts: { label: string; value: string }[] }
  | { kind: 'note'; text: string }

export interface Letter {
  subject: string
  /** What an inbox shows beside the subject. */
  preview: string
  heading: string
  blocks: Block[]
}

type ProofTemplate = { [Name in TemplateName]: Templates[Name] extends { code: string } ? Name : never }[TemplateName]

const text = (text: string): Block => ({ kind: 'text', text })
const note = (text: string): Block => ({ kind: 'note', text })
const facts = (...facts: { label: string; value: string }[]): Block => ({ kind: 'facts', facts })

/** What each template has. Where nothing can be done in the mail itself, what to do if it was not you is the point of it. */
const letter = (name: TemplateName, say: Say, blocks: Block[]): Letter => ({
  subject: say(`${name}.subject`),
  preview: say(`${name}.why`),
  heading: say(`${name}.heading`),
  blocks: [
    text(say(`${name}.why`)),
    ...blocks,
    (blocks.some(({ kind }) => kind === 'button') ? note : text)(say(`${name}.notYou`)),
  ],
})

const proof =
  (name: ProofTemplate) =>
  ({ link, code, minutes }: Templates[ProofTemplate], say: Say): Letter => ({
    ...letter(name, say, [
      text(say('proof.enterCode')),
      { kind: 'code', code },
      text(say('proof.orLink')),
      { kind: 'button', label: say(`${name}.button`), href: link },
      note(say('proof.life', { life: life(say, minutes) })),
    ]),
    preview: say('proof.preview', { code }),
  })

/** Whole hours as such: 24 hours, not 1,440 minutes. */
const life = (say: Say, minutes: number): string =>
  minutes >= 120 && minutes % 60 === 0
    ? say('life.hours', { count: minutes / 60 })
    : say('life.minutes', { count: minutes })

const fact = (say: Say, label: MessageName & `fact.${string}`, value: string) => ({ label: say(label), value })
const when = (say: Say, at: number) => fact(say, 'fact.when', say('time', { at }))

export const templates: { [Name in TemplateName]: (data: Templates[Name], say: Say) => Letter } = {
  'verify-email': proof('verify-email'),
  'change-email': proof('change-email'),
  'reset-password': proof('reset-password'),
  'sign-in': proof('sign-in'),
  'email-changed': ({ newEmail, at }, say) =>
    letter('email-changed', say, [facts(fact(say, 'fact.newEmail', inert(newEmail)), when(say, at))]),
  'password-changed': ({ at }, say) => letter('password-changed', say, [facts(when(say, at))]),
  'account-exists': ({ resetLink }, say) =>
    letter('account-exists', say, [
      text(say('account-exists.forgotten')),
      { kind: 'button', label: say('account-exists.button'), href: resetLink },
    ]),
  'new-device': ({ device, address, at }, say) =>
    letter('new-device', say, [
      facts(fact(say, 'fact.device', inert(device)), fact(say, 'fact.address', inert(address)), when(say, at)),
    ]),
  'identity-linked': ({ provider, at }, say) =>
    letter('identity-linked', say, [facts(fact(say, 'fact.provider', inert(provider)), when(say, at))]),
  'identity-unlinked': ({ at }, say) => letter('identity-unlinked', say, [facts(when(say, at))]),
  'account-deleted': ({ at }, say) => letter('account-deleted', say, [facts(when(say, at))]),
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
  'unproved-removed': ({ at }, say) => letter('unproved-removed', say, [facts(when(say, at))]),
  'passkey-added': ({ passkey, at }, say) =>
    letter('passkey-added', say, [facts(fact(say, 'fact.passkey', inert(passkey)), when(say, at))]),
  'passkey-removed': ({ at }, say) => letter('passkey-removed', say, [facts(when(say, at))]),
  'passkey-flagged': ({ passkey, at }, say) =>
    letter('passkey-flagged', say, [facts(fact(say, 'fact.passkey', inert(passkey)), when(say, at))]),
}
