/**
 * `smtp://` and `smtps://`, by nodemailer. One connection a mail: it costs a few round trips in a worker that nobody waits
 * for, and there is no pool of idle connections to be found dead after the server restarted, or to hold up the end.
 */
import { domainOf, type Mailbox, needsSmtpUtf8, type SmtpTarget } from '../../lib/mail-settings.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import type { MailTransport } from './mailer.ts'

export interface SmtpTimeouts {
  /** To look up the host and connect. */
  connectMs: number
  /** Until the server has greeted. */
  greetingMs: number
  /** Of silence. */
  idleMs: number
  /** For everything: a server that sends a byte now and then is not waited for. */
  totalMs: number
}

const TIMEOUTS: SmtpTimeouts = { connectMs: 5000, greetingMs: 5000, idleMs: 10_000, totalMs: 20_000 }

export interface SmtpSettings {
  from: Mailbox
  /** What we call ourselves: nodemailer would name this machine, or `[127.0.0.1]` where that has no dot. */
  ehloName: string
  timeouts?: SmtpTimeouts
}

/** Reads nodemailer when the first mail is sent, so that a start does not pay for it. */
export function openSmtp(target: SmtpTarget, { from, ehloName, timeouts = TIMEOUTS }: SmtpSettings): MailTransport {
  return async ({ id, to, subject, text, html }) => {
    const { createTransport } = await import('nodemailer')
    const givenUp = new AbortController()
    const international = [from.address, to].some(needsSmtpUtf8)
    const watch = international ? watchForSmtpUtf8(() => givenUp.abort()) : undefined
    const mailer = createTransport({ ...optionsOf(target, timeouts), name: ehloName, ...watch?.options })
    try {
      await mailer.sendMail({
        from,
        // As an object it is one address, whatever it holds.
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@${domainOf(from) ?? 'localhost'}>`,
        // RFC 3834: no answering machine answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.any([givenUp.signal, AbortSignal.timeout(timeouts.totalMs)]),
      })
    } catch (error) {
      if (!watch?.refused()) throw withoutNames(error)
      // The sender is the operator's to mend, and the mail then goes.
      throw needsSmtpUtf8(to)
        ? new PermanentFailure(
            'the address has letters outside ASCII before the @, which the SMTP server does not take',
          )
        : new Error('MAIL_FROM has letters outside ASCII before the @, which the SMTP server does not take')
    }
  }
}

/**
 * nodemailer sends such an address as it is to a server that never offered to take it (RFC 6531 §3.1), which may cut it,
 * or hand it to somebody else. What it logs tells of the last EHLO answer, and of the moment before the envelope.
 */
function watchForSmtpUtf8(giveUp: () => void) {
  let offered = false
  let refused = false
  const note = ({ tnx }: { tnx?: string }, line: unknown) => {
    const said = String(line)
    // After STARTTLS it is asked again, and the last answer counts. No other one has several lines that begin with 250.
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
  // Where TLS is taken when offered, nobody is kept out who stands between; listeners are. RFC 7435.
  tls: { rejectUnauthorized: tls !== 'opportunistic' },
  ...(credentials && { auth: { user: credentials.user, pass: credentials.password } }),
  connectionTimeout: timeouts.connectMs,
  dnsTimeout: timeouts.connectMs,
  greetingTimeout: timeouts.greetingMs,
  socketTimeout: timeouts.idleMs,
  disableFileAccess: true,
  disableUrlAccess: true,
})

/** What the server said of the mail or its recipient. A refused sender, login or connection is for the operator. */
const ABOUT_THE_MAIL = ['RCPT TO', 'DATA']
/** RFC 4954 §6, and 503, a session out of step (RFC 5321 §4.2.1): another attempt may fare better. */
const NOT_FINAL = [503, 530, 534, 535, 538]

/** As nodemailer throws it. `originalCode` is that of the system, such as ECONNREFUSED. */
interface SmtpError {
  code?: string
  originalCode?: string
  command?: string
  responseCode?: number
}

/** Servers repeat the recipient in their answers, so none of their words is kept: only code and command. */
function withoutNames(error: unknown): Error {
  const { code = 'unknown error', originalCode, command, responseCode } = error as SmtpError
  if (responseCode === undefined)
    return new Error(`the mail could not be handed to the SMTP server: ${originalCode ?? code}`)
  const message = `the SMTP server answered ${responseCode} to ${command ?? 'a command'}`
  const isFinal = responseCode >= 500 && !NOT_FINAL.includes(responseCode) && ABOUT_THE_MAIL.includes(command ?? '')
  return isFinal ? new PermanentFailure(message) : new Error(message)
}
