import type { FieldKind } from '../../core/letters.ts'
import { declared, type MailContent, type TemplateName } from '../../declared.ts'

/** What a text of this name says in a sample. Another name says itself. */
const TEXTS: Readonly<Record<string, string>> = {
  address: '203.0.113.7',
  device: 'Firefox on Linux',
  domain: 'acme.example',
  inviter: 'Ada Lovelace',
  key: 'Deploy key',
  more: '3',
  newEmail: 'ada@acme.example',
  org: 'Acme',
  passkey: 'Ada’s laptop',
  provider: 'Google',
  titles: 'Your invoice is ready\nA new member has joined Acme',
}

/** A mail of this template that looks like a real one. Its link leads to the start page, and its code opens nothing. */
export function sampleMail(template: TemplateName, { appUrl, now }: { appUrl: string; now: number }): MailContent {
  const fields = declared.find(({ mails = {} }) => Object.hasOwn(mails, template))?.mails?.[template] ?? {}
  const sampleOf = (name: string, kind: FieldKind): string | number => {
    switch (kind) {
      case 'text':
        return TEXTS[name] ?? name
      case 'link':
        return `${appUrl}/`
      case 'code':
        return '482913'
      case 'minutes':
        return 30
      case 'time':
        return now
    }
  }
  const data = Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, sampleOf(name, kind)]))
  return { template, data } as MailContent // the declared fields of the template
}
