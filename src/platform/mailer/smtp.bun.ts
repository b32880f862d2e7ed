/**
 * `smtp://` and `smtps://`, by nodemailer, with one connection for each mail. The additional round trips are in a worker, so
 * no request waits for them. A pool would have dead connections after a restart of the mail server, and would delay a stop.
 */
import { domainOf, type Mailbox, needsSmtpUtf8, type SmtpTarget } from '../../lib/mail-settings.ts'
import { unsubscribeHeaders } from '../../lib/mailer.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import type { MailTransport } from './mailer.ts'

export interface SmtpTimeouts {
  /** The limit for looking up the host and connecting. */
  connectMs: number
  /** The limit for the greeting of the server. */
  greetingMs: number
  /** The limit for a silence of the server. */
  idleMs: number
  /** The limit for the whole mail, also for a server that sends a byte now and then. */
  totalMs: number
}

const TIMEOUTS: SmtpTimeouts = { connectMs: 5000, greetingMs: 5000, idleMs: 10_000, totalMs: 20_000 }

export interface SmtpSettings {
  from: Mailbox
  /** The name in EHLO. By default nodemailer sends the name of this machine, or `[127.0.0.1]` if that name has no dot. */
  ehloName: string
  timeouts?: SmtpTimeouts
}

/** Loads nodemailer when the first mail is sent, so it does not slow down a start. */
export function openSmtp(target: SmtpTarget, { from, ehloName, timeouts = TIMEOUTS }: SmtpSettings): MailTransport {
  return async ({ id, to, subject, text, html, ...more }) => {
    const { createTransport } = await import('nodemailer')
    const givenUp = new AbortController()
    const international = [from.address, to].some(needsSmtpUtf8)
    const watch = international ? watchForSmtpUtf8(() => givenUp.abort()) : undefined
    const mailer = createTransport({ ...optionsOf(target, timeouts), name: ehloName, ...watch?.options })
    try {
      await mailer.sendMail({
        from,
        // An object is always one address; a string could be parsed as several.
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@${domainOf(from) ?? 'localhost'}>`,
        // RFC 3834: automatic responders do not answer this mail.
        headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribeHeaders(more) },
        signal: AbortSignal.any([givenUp.signal, AbortSignal.timeout(timeouts.totalMs)]),
      })
    } catch (error) {
      if (!watch?.refused()) throw withoutNames(error)
      // The operator can correct the sender, and the mail is sent then. So that failure is not permanent.
      throw needsSmtpUtf8(to)
        ? new PermanentFailure(
            'the address has letters outside ASCII before the @, which the SMTP server does not accept',
          )
        : new Error('MAIL_FROM has letters outside ASCII before the @, which the SMTP server does not accept')
    }
  }
}

/**
 * nodemailer sends a non-ASCII address even to a server that did not offer SMTPUTF8 (RFC 6531 §3.1). Such a server may cut
 * the address or deliver to another one. The log of nodemailer has the last EHLO answer and the moment before the envelope.
 */
function watchForSmtpUtf8(giveUp: () => void) {
  let offered = false
  let refused = false
  const note = ({ tnx }: { tnx?: string }, line: unknown) => {
    const said = String(line)
    // After STARTTLS the client sends EHLO again, and the last answer counts. Only the answer to EHLO has several 250 lines.
    if (tnx === 'client' && /^(?:EHLO|HELO)\b/i.test(said)) offered = false
    if (tnx === 'server' && /^250[ -]SMTPUTF8\b/im.test(said)) offered = true
    if (tnx !== 'send' || offered || refused) return
    refused = true
    giveUp()
  }
  const logger = { level() {}, trace: note, debug: note, info: note, warn: note, error: note, fatal: note }
  return { options: { logger, transactionLog: true }, refused: () => refused }
}

const optionsOf = ({ host, port, tls, credentials }: SmtpTarget, timeouts: SmtpTimeouts) => ({
  host,
  port,
  secure: tls === 'implicit',
  requireTLS: tls === 'required',
  // Opportunistic TLS (RFC 7435) stops passive listeners, but not an active attacker. So any certificate is accepted.
  tls: { rejectUnauthorized: tls !== 'opportunistic' },
  ...(credentials && { auth: { user: credentials.user, pass: credentials.password } }),
  connectionTimeout: timeouts.connectMs,
  dnsTimeout: timeouts.connectMs,
  greetingTimeout: timeouts.greetingMs,
  socketTimeout: timeouts.idleMs,
  disableFileAccess: true,
  disableUrlAccess: true,
})

/** Commands whose refusal concerns this mail or its recipient. Only the operator can correct a refused sender, login or connection. */
const ABOUT_THE_MAIL = ['RCPT TO', 'DATA']
/** Codes of RFC 4954 §6, and 503, bad sequence of commands (RFC 5321 §4.2.1). Another attempt may succeed. */
const NOT_FINAL = [503, 530, 534, 535, 538]

/** The error that nodemailer throws. `originalCode` is the code of the system, such as ECONNREFUSED. */
interface SmtpError {
  code?: string
  originalCode?: string
  command?: string
  responseCode?: number
}

/** Keeps only the code and the command, because servers repeat the recipient in their answers. */
function withoutNames(error: unknown): Error {
  const { code = 'unknown error', originalCode, command, responseCode } = error as SmtpError
  if (responseCode === undefined)
    return new Error(`the mail could not be sent to the SMTP server: ${originalCode ?? code}`)
  const message = `the SMTP server answered ${responseCode} to ${command ?? 'a command'}`
  const isFinal = responseCode >= 500 && !NOT_FINAL.includes(responseCode) && ABOUT_THE_MAIL.includes(command ?? '')
  return isFinal ? new PermanentFailure(message) : new Error(message)
}
