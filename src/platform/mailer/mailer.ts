/** `Deps.mailer`: sends mails to the server of MAIL_URL. Making it opens no connection. */
import { type Config, ConfigError } from '../../config.ts'
import type { Clock } from '../../deps.ts'
import type { Mail, Mailer } from '../../lib/mailer.ts'
import { type Mailbox, parseMailbox, parseMailUrl, type SmtpTarget } from '../../lib/mail-settings.ts'
import { printMail } from './console.ts'
import { postMail } from './http.ts'

/** Resolves after the other side has accepted the mail. Its errors never contain the recipient, the subject, the text or a secret. */
export type MailTransport = (mail: Mail) => Promise<void>

export interface MailerParts {
  clock: Clock
  /** Present on runtimes that can open sockets. */
  openSmtp?: ((target: SmtpTarget, settings: { from: Mailbox; ehloName: string }) => MailTransport) | undefined
}

/** The reason for a `ConfigError` if SMTP is configured on another runtime than Bun. */
export const NO_SOCKETS =
  'must be https://:KEY@HOST/PATH here, of a provider with the API of Resend: only Bun can send mails by SMTP'

const MAX_REMEMBERED = 100

/** Throws `ConfigError` for smtp:// if this runtime has no sockets. */
export function createMailer(config: Config, { clock, openSmtp }: MailerParts): Mailer {
  const transport = transportOf(config, openSmtp)
  const remembered: (Mail & { at: number })[] = []
  return {
    async send(mail) {
      await transport(mail)
      if (!config.development) return
      remembered.unshift({ ...mail, at: clock.now() })
      remembered.length = Math.min(remembered.length, MAX_REMEMBERED)
    },
    sent: () => remembered,
  }
}

function transportOf({ mailUrl, mailFrom, mailEhloName }: Config, openSmtp: MailerParts['openSmtp']): MailTransport {
  if (mailUrl === undefined)
    return async () => {
      throw new Error('MAIL_URL is not set: mails wait')
    }
  const target = parseMailUrl(mailUrl)
  const from = parseMailbox(mailFrom)
  if (from === undefined)
    throw new ConfigError('MAIL_FROM', 'must be one mailbox, such as Acme <no-reply@acme.example>')
  switch (target.kind) {
    case 'refused':
      throw new ConfigError('MAIL_URL', target.reason)
    case 'console':
      return printMail
    case 'http':
      return postMail(target, from)
    case 'smtp':
      if (openSmtp) return openSmtp(target, { from, ehloName: mailEhloName })
      throw new ConfigError('MAIL_URL', NO_SOCKETS)
  }
}
