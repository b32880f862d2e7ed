/** What a mail says, before it is put into words: kept, encrypted, in the job that sends it. */
export { type Locale, locales } from '../../lib/languages.ts'

/** A way to prove that one reads this mailbox: a link to a page that asks for a click, or six digits to type. */
interface Proof {
  link: string
  code: string
  /** How long both are good. */
  minutes: number
}

/** Each template and what it shows. Times are ms UTC. */
export interface Templates {
  'verify-email': Proof
  /** To the new address. */
  'change-email': Proof
  /** To the old address, once the new one has been proved. */
  'email-changed': { newEmail: string; at: number }
  'reset-password': Proof
  'password-changed': { at: number }
  'sign-in': Proof
  /** To the owner of an address somebody tried to sign up with. */
  'account-exists': { resetLink: string }
  'new-device': { device: string; address: string; at: number }
  'identity-linked': { provider: string; at: number }
  'identity-unlinked': { at: number }
  'account-deleted': { at: number }
  /** An authenticator app. */
  'totp-added': { device: string; address: string; at: number }
  'totp-removed': { at: number }
  'recovery-code-used': { device: string; address: string; at: number }
  'recovery-codes-made': { at: number }
  /** By an administrator. */
  'factors-reset': { at: number }
  /** What was set up before the address was proved. */
  'unproved-removed': { at: number }
  'passkey-added': { passkey: string; at: number }
  'passkey-removed': { at: number }
  /** Its counter went back. */
  'passkey-flagged': { passkey: string; at: number }
}
export type TemplateName = keyof Templates

export type MailContent = { [Name in TemplateName]: { template: Name; data: Templates[Name] } }[TemplateName]
