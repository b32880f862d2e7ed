/** What the account page gets from the server for its program. */
import type { FailureTexts } from './failures/messages/en.ts'
import type { Texts as PageTexts } from './messages/en.ts'
import type { NoticeTexts } from './notices/messages/en.ts'

export type Texts = PageTexts & FailureTexts & NoticeTexts
export type Text = keyof Texts

export interface AccountSetting {
  brandName: string
  /** A path of our own origin; null: the name stands alone. */
  logo: string | null
  /** To the terms, the privacy statement and the support of the operator, as far as there are any. */
  links: readonly { text: string; url: string }[]
  passwordMinLength: number
  /** Whether the person may see the console. */
  console: boolean
  /** Whether a role requires a second factor, and the person has one but has not shown it in this session. */
  factorMissing: boolean
}

/** Where `texts-de.js` leaves the texts for the program. */
export interface WithTexts {
  accountTexts?: Texts
}
