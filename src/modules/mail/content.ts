/** The content of a mail before it is written as text. It is stored, encrypted, in the job that sends the mail. */
export type { MailContent, TemplateName, Templates } from '../../declared.ts'
export { type Locale, locales } from '../../lib/languages.ts'
