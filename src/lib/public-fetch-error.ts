/** Why `Deps.fetchPublic` failed. The message is for the log: it names no address and holds nothing of the answer. */
export class PublicFetchError extends Error {
  override name = 'PublicFetchError'
}
