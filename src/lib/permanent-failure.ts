/**
 * Trying again would fail in the same way, such as for a mailbox that does not exist: the job gives up at once.
 * The message is kept with the job and logged: it names neither people nor secrets.
 */
export class PermanentFailure extends Error {
  override name = 'PermanentFailure'
}
