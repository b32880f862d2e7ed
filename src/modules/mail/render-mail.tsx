/** @jsxImportSource @kitajs/html */
/** A mail in words: what it says (`templates.ts`), as plain text and as HTML. */
import type { Config } from '../../config.ts'
import type { Mail } from '../../deps.ts'
import type { Locale, MailContent, Templates } from './content.ts'
import { htmlPart } from './html-part.tsx'
import { speak } from './messages/say.ts'
import { type Block, type Letter, templates } from './templates.ts'

export type Brand = Pick<Config, 'brandName' | 'brandColor' | 'appUrl'>

/**
 * The subject, one line without controls, and both parts of a mail. What came from outside, such as the name of a
 * device, appears as text alone: never as markup, nor as something a mail program makes a link of.
 * Throws for a link that is not http(s), and for a colour that is not `#rrggbb`.
 */
export function renderMail(
  content: MailContent,
  { locale, ...brand }: Brand & { locale: Locale },
): Pick<Mail, 'subject' | 'text' | 'html'> {
  const say = speak(locale, { brand: brand.brandName, host: new URL(brand.appUrl).host })
  const letter = compose(content, say)
  for (const block of letter.blocks) if (block.kind === 'button') assertLink(block.href)
  const footer = say('footer')
  return {
    subject: letter.subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(),
    text: textPart(letter, footer),
    html: htmlPart(letter, { ...brand, locale, footer }),
  }
}

function compose({ template, data }: MailContent, say: ReturnType<typeof speak>): Letter {
  // One entry a name, each with the data of that name: what MailContent says, and TypeScript cannot follow.
  const write = templates[template] as (data: Templates[typeof template], say: ReturnType<typeof speak>) => Letter
  return write(data, say)
}

function assertLink(href: string): void {
  const { protocol } = new URL(href)
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('a link in a mail must be http or https')
}

const textPart = ({ heading, blocks }: Letter, footer: string): string =>
  `${[heading, ...blocks.map(textBlock), `-- \n${footer}`].join('\n\n')}\n`

function textBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
    case 'note':
      return block.text
    case 'code':
      return `    ${block.code}`
    case 'button':
      return `${block.label}:\n${block.href}`
    case 'facts':
      return block.facts.map(({ label, value }) => `${label}: ${value}`).join('\n')
  }
}
