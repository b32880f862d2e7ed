/** One mail of each template, and brands it may wear. */
import type { MailContent, TemplateName, Templates } from '../../../../src/modules/mail/content.ts'
import type { Brand } from '../../../../src/modules/mail/render-mail.tsx'

export const ACME: Brand = { brandName: 'Acme', brandColor: '#3730a3', appUrl: 'https://id.acme.example' }

const AT = Date.UTC(2026, 6, 9, 12, 5)
const LINK = 'https://id.acme.example/verify?token=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG&lt=1&copy=2'
const proof = { link: LINK, code: '482913', minutes: 30 }

const data: { [Name in TemplateName]: Templates[Name] } = {
  'verify-email': proof,
  'change-email': proof,
  'email-changed': { newEmail: 'ada@analytical.example', at: AT },
  'reset-password': proof,
  'password-changed': { at: AT },
  'sign-in': proof,
  'account-exists': { resetLink: LINK },
  'new-device': { device: 'Firefox on Linux', address: '203.0.113.7', at: AT },
  'identity-linked': { provider: 'Google', at: AT },
  'identity-unlinked': { at: AT },
  'account-deleted': { at: AT },
  'totp-added': { device: 'Firefox on Linux', address: '203.0.113.7', at: AT },
  'totp-removed': { at: AT },
  'recovery-code-used': { device: 'Firefox on Linux', address: '203.0.113.7', at: AT },
  'recovery-codes-made': { at: AT },
  'factors-reset': { at: AT },
  'unproved-removed': { at: AT },
  'passkey-added': { passkey: 'Chrome on Linux', at: AT },
  'passkey-removed': { at: AT },
  'passkey-flagged': { passkey: 'Chrome on Linux', at: AT },
}

export const samples = Object.entries(data).map(([template, data]) => ({ template, data }) as MailContent) // as declared above

/** The same mail, each text that came from outside replaced. Links and codes are ours. */
export function withOutsideText({ template, data }: MailContent, text: string): MailContent {
  const outside = ['newEmail', 'device', 'address', 'passkey']
  const replaced = Object.entries(data).map(([name, value]) => [name, outside.includes(name) ? text : value])
  return { template, data: Object.fromEntries(replaced) } as MailContent // the same names with values of the same types
}
