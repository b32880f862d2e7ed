/** Why a credential was refused. Answer 401 to all but the last two, which are 503: the credential may be right. */
export type VerificationCode =
  | 'credential.missing'
  | 'credential.invalid'
  | 'credential.expired'
  | 'credential.revoked'
  | 'revocations.stale'
  | 'keys.unavailable'

export class VerificationError extends Error {
  readonly code: VerificationCode

  constructor(code: VerificationCode, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause })
    this.name = 'VerificationError'
    this.code = code
  }

  /** The HTTP status for the caller of the resource server. */
  get status(): 401 | 503 {
    return this.code === 'revocations.stale' || this.code === 'keys.unavailable' ? 503 : 401
  }
}
