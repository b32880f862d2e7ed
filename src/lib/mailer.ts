/** What `Deps` has of the way out for mails. `platform/mailer` makes it. */

/** A mail, ready to be sent. */
export interface Mail {
  /**
   * The id of the job that sends it. If the same mail is sent twice, both have this id: as Message-ID, and as
   * Idempotency-Key of the provider.
   */
  id: string
  to: string
  subject: string
  text: string
  html: string
  /** Ends mails of this kind: by a page, and by a POST that a mail program sends (RFC 2369, RFC 8058). */
  unsubscribe?: string
}

/** RFC 8058 §3.1: a mail program sends the POST over https alone. */
export const unsubscribeHeaders = ({ unsubscribe }: Pick<Mail, 'unsubscribe'>): Record<string, string> =>
  unsubscribe === undefined
    ? {}
    : {
        'List-Unsubscribe': `<${unsubscribe}>`,
        ...(unsubscribe.startsWith('https:') ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      }

export interface Mailer {
  /**
   * Resolves when the mail server or provider has accepted the mail. Throws if it has not, or if the result is unknown.
   */
  send(mail: Mail): Promise<void>
  /** The latest mails, newest first. Only in development; otherwise the list is empty. */
  sent(): readonly (Mail & { at: number })[]
}
