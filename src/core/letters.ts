/** What a mail says: the types that the declaration of a feature, its letters and `modules/mail` share. */
import type { Locale } from '../lib/languages.ts'

/**
 * What a mail shows. `text` may come from outside, so it is shown through `inert`. `link` and `code` are ours. `minutes`: how
 * long both are good; an older mail is not sent. `time`: ms UTC.
 */
export type FieldKind = 'text' | 'link' | 'code' | 'minutes' | 'time'
export type MailFields = Readonly<Record<string, FieldKind>>

/** The values of such fields. The job that sends the mail keeps them, encrypted. */
export type MailData<Fields> = {
  -readonly [Name in keyof Fields]: Fields[Name] extends 'minutes' | 'time' ? number : string
}

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

/** A message by its name, in the language of the reader. A value is never read as a message. */
export type Say<Name extends string> = (name: Name, values?: Record<string, string | number>) => string

/** ICU messages of a feature in every language, by their names. */
export type Messages<Name extends string = string> = Readonly<Record<Locale, Readonly<Record<Name, string>>>>

/** The mails of a feature in words, by the name of the template. */
export interface Letters {
  messages: Messages
  write: Readonly<Record<string, (data: never, say: Say<string>) => Letter>>
}
