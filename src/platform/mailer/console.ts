import type { MailTransport } from './mailer.ts'

/** Characters that could move the cursor or end the frame, without line breaks. */
const CONTROLS = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}]/gu

/** `console:`, for development: the text part on standard output, in a frame. */
export const printMail: MailTransport = async ({ to, subject, text }) => {
  const lines = [`To: ${to}`, `Subject: ${subject}`, '', ...text.trimEnd().split('\n')]
  const framed = lines.map((line) => `│ ${line.replace(CONTROLS, ' ')}`.trimEnd())
  // biome-ignore lint/suspicious/noConsole: this is what console: asks for
  console.log(`┌── mail ──\n${framed.join('\n')}\n└── end of mail ──`)
}
