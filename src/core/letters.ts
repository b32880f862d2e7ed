/** The content of mails: the types that the declaration of a feature, its letters and `modules/mail` share. */
import type { Locale } from '../lib/languages.ts'

/**
 * The fields of a mail. `text` may come from outside, so it is shown through `inert`. The server makes `link` and
 * `code`. `minutes`: how long both are valid; an older mail is not sent. `time`: ms UTC.
 */
export type FieldKind = 'text' | 'link' | 'code' | 'minutes' | 'time'
export type MailFields = Readonly<Record<string, FieldKind>>

/** The values of these fields. The job that sends the mail stores them, encrypted. */
export type MailData<Fields> = {
  -readonly [Name in keyof Fields]: Fields[Name] extends 'minutes' | 'time' ? number : string
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'code'; code: string }
  | { kind: 'button'; label: string; href: string }
  | { kind: 'link'; label: string; href: string }
  | { kind: 'facts'; facts: { label: string; value: string }[] }
  | { kind: 'note'; text: string }

export interface Letter {
  subject: string
  /** The text that an inbox shows beside the subject. */
  preview: string
  heading: string
  blocks: Block[]
  /** A URL that ends mails of this kind, for programs too (`Mail.unsubscribe`). */
  unsubscribe?: string
}

/** Returns a message by its name, in the language of the reader. A value is never parsed as a message. */
export type Say<Name extends string> = (name: Name, values?: Record<string, string | number>) => string

/** The ICU messages of a feature in every language, by name. */
export type Messages<Name extends string = string> = Readonly<Record<Locale, Readonly<Record<Name, string>>>>

/** The texts of the mails of a feature, by the name of the template. */
export interface Letters {
  messages: Messages
  write: Readonly<Record<string, (data: never, say: Say<string>) => Letter>>
}
