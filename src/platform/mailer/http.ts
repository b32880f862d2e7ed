/** A provider that takes mails as JSON over HTTPS, as Resend does: https://resend.com/docs/api-reference/emails/send-email */
import { formatMailbox, type HttpMailTarget, type Mailbox } from '../../lib/mail-settings.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import type { MailTransport } from './mailer.ts'

const TIMEOUT_MS = 10_000

/**
 * What says something about the mail, not about the moment, the key or the URL: those an operator can put right, and the
 * mail then goes. 409 is a first attempt still under way under the same Idempotency-Key.
 */
const isRefusedMail = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 404, 405, 408, 409, 429].includes(status)

export const postMail =
  ({ url, key }: HttpMailTarget, from: Mailbox, timeoutMs = TIMEOUT_MS): MailTransport =>
  async ({ id, to, subject, text, html }) => {
    const response = await post(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ from: formatMailbox(from), to: [to], subject, text, html }),
      // The key goes nowhere but to the host that was configured. `error` would say so, but Workers do not know it.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    if (response.ok) return
    const message = `the mail provider answered ${response.status}`
    throw isRefusedMail(response.status) ? new PermanentFailure(message) : new Error(message)
  }

/** The message of a failed fetch may hold the URL, and that of a provider the recipient: neither is passed on. */
async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    throw new Error(isTimeout ? 'the mail provider did not answer in time' : 'the mail provider could not be reached')
  }
}
