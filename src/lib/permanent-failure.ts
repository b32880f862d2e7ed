/**
 * A failure that a retry cannot fix, such as a mailbox that does not exist. The job gives up at once. The message is
 * stored with the job and logged, so it must hold no personal data and no secrets.
 */
export class PermanentFailure extends Error {
  override name = 'PermanentFailure'
}
