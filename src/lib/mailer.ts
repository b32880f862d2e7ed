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
}

export interface Mailer {
  /**
   * Resolves when the mail server or provider has accepted the mail. Throws if it has not, or if the result is unknown.
   */
  send(mail: Mail): Promise<void>
  /** The latest mails, newest first. Only in development; otherwise the list is empty. */
  sent(): readonly (Mail & { at: number })[]
}
