/** What the server writes into the account page for its program. */
import type { Texts } from './messages/en.ts'

export interface AccountSetting {
  brandName: string
  passwordMinLength: number
  /** Whether the person may see the console. */
  console: boolean
  /** Whether a role requires a second factor, and the person has one but has not shown it in this session. */
  factorMissing: boolean
  texts: Texts
}
