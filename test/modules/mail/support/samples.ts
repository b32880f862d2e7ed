/** One mail of each template, and brands it may wear. */
import type { MailContent } from '../../../../src/modules/mail/content.ts'
import type { Brand } from '../../../../src/modules/mail/render-mail.tsx'
import { contracts } from '../../../support/contracts.ts'

export const ACME: Brand = { brandName: 'Acme', brandColor: '#3730a3', appUrl: 'https://id.acme.example' }

/** Of each feature that sends one (`contract.ts`); two samples of a template would be an error of theirs. */
export const samples = [...contracts.values()].flatMap(
  ({ mails = {} }) => Object.entries(mails).map(([template, data]) => ({ template, data }) as MailContent), // as `Contract` declares it
)

/** The same mail, each text that came from outside replaced. Links and codes are ours. */
export function withOutsideText({ template, data }: MailContent, text: string): MailContent {
  const outside = ['newEmail', 'device', 'address', 'passkey', 'org', 'inviter']
  const replaced = Object.entries(data).map(([name, value]) => [name, outside.includes(name) ? text : value])
  return { template, data: Object.fromEntries(replaced) } as MailContent // the same names with values of the same types
}
