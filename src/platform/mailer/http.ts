/** A provider that accepts mails as JSON over HTTPS, like Resend: https://resend.com/docs/api-reference/emails/send-email */
import { formatMailbox, type HttpMailTarget, type Mailbox } from '../../lib/mail-settings.ts'
import { unsubscribeHeaders } from '../../lib/mailer.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import type { MailTransport } from './mailer.ts'

const TIMEOUT_MS = 10_000

/**
 * True for an answer that refuses this mail. Other failures concern the moment, the key or the URL; the mail is sent after
 * they are over or an operator corrects them. 409 means that an earlier attempt with the same Idempotency-Key is still running.
 */
const isRefusedMail = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 404, 405, 408, 409, 429].includes(status)

export const postMail =
  ({ url, key }: HttpMailTarget, from: Mailbox, timeoutMs = TIMEOUT_MS): MailTransport =>
  async ({ id, to, subject, text, html, unsubscribe }) => {
    const response = await post(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({
        from: formatMailbox(from),
        to: [to],
        subject,
        text,
        html,
        ...(unsubscribe === undefined ? {} : { headers: unsubscribeHeaders({ unsubscribe }) }),
      }),
      // The key may go only to the configured host. `error` would be clearer, but Workers do not support it.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    if (response.ok) return
    const message = `the mail provider answered ${response.status}`
    throw isRefusedMail(response.status) ? new PermanentFailure(message) : new Error(message)
  }

/** The message of a failed fetch may contain the URL, and the message of a provider the recipient. Both are left out. */
async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    throw new Error(isTimeout ? 'the mail provider did not answer in time' : 'the mail provider could not be reached')
  }
}
