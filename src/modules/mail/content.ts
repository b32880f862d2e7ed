/** What a mail says, before it is put into words: kept, encrypted, in the job that sends it. */
export type { MailContent, TemplateName, Templates } from '../../declared.ts'
export { type Locale, locales } from '../../lib/languages.ts'
