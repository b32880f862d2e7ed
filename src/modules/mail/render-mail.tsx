/** @jsxImportSource @kitajs/html */
/** Renders a mail from the letters of its feature, as plain text and as HTML. */
import type { Config } from '../../config.ts'
import type { Mail } from '../../deps.ts'
import type { Block, Letter, Letters } from '../../core/letters.ts'
import { declared } from '../../declared.ts'
import type { Locale, MailContent } from './content.ts'
import { htmlPart } from './html-part.tsx'
import { inert } from './inert.ts'
import { speak } from './messages/say.ts'
import type { MailLook } from './queue-mail.ts'

/** `look`: of the organisation whose mail it is. The texts and the name of the server stay. */
export type Brand = Pick<Config, 'brandName' | 'brandColor' | 'appUrl'> & { look?: MailLook | undefined }

/**
 * The subject, one line without control characters, and both parts of a mail. Values from outside, such as the name of
 * a device, appear only as text: never as markup, and never as something that a mail program makes a link of. Throws
 * for a link that is not http(s), and for a colour that is not `#rrggbb`.
 */
export async function renderMail(
  content: MailContent,
  { locale, ...brand }: Brand & { locale: Locale },
): Promise<Pick<Mail, 'subject' | 'text' | 'html' | 'unsubscribe'>> {
  const letters = await lettersFor(content)
  const say = speak(locale, letters.messages, { brand: brand.brandName, host: new URL(brand.appUrl).host })
  const letter = compose(letters, content, say)
  for (const block of letter.blocks) if ('href' in block) assertLink(block.href)
  if (letter.unsubscribe !== undefined) assertLink(letter.unsubscribe)
  const footer = say('footer')
  return {
    subject: letter.subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(),
    text: textPart(letter, footer),
    html: htmlPart(letter, { locale, footer, ...headOf(brand) }),
    ...(letter.unsubscribe === undefined ? {} : { unsubscribe: letter.unsubscribe }),
  }
}

/**
 * The line above a mail, and its colour. Anybody can make an organisation with the name of a bank, so its name never stands
 * there alone, and mail programs make no link of it.
 */
const headOf = ({ brandName, brandColor, look }: Brand): { head: string; color: string } => ({
  head: look?.name ? `${inert(look.name)} · ${brandName}` : brandName,
  color: look?.color ?? brandColor,
})

/** The letters of the feature that declares the template. Imports their file. */
async function lettersFor({ template }: MailContent): Promise<Letters> {
  const owner = declared.find(({ mails = {} }) => Object.hasOwn(mails, template))
  if (owner?.letters === undefined) throw new Error(`no feature has letters for ${template}`)
  return owner.letters()
}

function compose({ write }: Letters, { template, data }: MailContent, say: ReturnType<typeof speak>): Letter {
  // Each entry takes the data of its own name. `defineLetters` guarantees that, but TypeScript cannot check it.
  const compose = write[template] as ((data: MailContent['data'], say: ReturnType<typeof speak>) => Letter) | undefined
  if (compose === undefined) throw new Error(`there is no letter ${template}`)
  return compose(data, say)
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
    case 'link':
      return `${block.label}:\n${block.href}`
    case 'facts':
      return block.facts.map(({ label, value }) => `${label}: ${value}`).join('\n')
  }
}
