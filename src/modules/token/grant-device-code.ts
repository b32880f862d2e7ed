/** `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4, §3.5). */
import { commit } from '../../core/events/commit.ts'
import { base64url } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, isToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { oneResource } from './audience.ts'
import { deleteDeviceCode, deviceCode, deviceCodeAllows, type DeviceCodeRow, notePoll } from './device-queries.ts'
import { openFamily } from './issue.ts'
import { type Grant, required } from './token-request.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** Requests of a device that keeps its interval arrive a little earlier or later. */
const JITTER_MS = 500

/**
 * One round trip while the device waits, two with the tokens. The batch that opens the family also deletes the code, so of
 * parallel requests one succeeds. The tokens outlive the browser session of the person who allowed them. A code of another
 * client is unknown. Throws `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`.
 */
export const redeemDeviceCode: Grant = async (deps, { cause, client, parameters, dpop, before }) => {
  const { db, clock, random } = deps
  const text = required(parameters, 'device_code')
  const hash = await hashToken(text)
  const now = clock.now()
  const asked = { hash, clientId: client.id, now, jitterMs: JITTER_MS }
  const found = isToken(text)
  const { row } = await commit(deps, {
    before,
    row: found ? deviceCode(db, hash, client.id) : undefined,
    polled: found ? notePoll(db, asked) : undefined,
  })
  const code = approved(row?.[0], now)
  const { grantId, userId, authenticatedAt, amr, scopes, details, orgId } = code
  const draft = {
    grantId,
    userId,
    clientId: client.id,
    // The code itself is not the origin: a second request with it must not end the tokens of the first.
    originHash: await hashToken(base64url(random.bytes(TOKEN_BYTES))),
    sessionId: null,
    offline: Object.values(scopes).some((names) => names.includes('offline_access')),
    scopes,
    details,
    claims: null,
    orgId,
    authenticatedAt,
    amr,
  }
  return openFamily(deps, cause, client, draft, {
    audience: oneResource(parameters.all('resource')),
    condition: deviceCodeAllows(hash, now),
    after: [deleteDeviceCode(db, hash)],
    dpop,
  })
}

type Approved = DeviceCodeRow & { grantId: string; userId: string; authenticatedAt: number; amr: string[] }

/** Throws what the device must hear. */
function approved(row: DeviceCodeRow | undefined, now: number): Approved {
  if (row === undefined)
    throw refuse('invalid_grant', 'The device code is not valid.', { cause: 'unknown, redeemed, or of another client' })
  if (row.state === 'denied') throw refuse('access_denied', 'The person did not allow this.')
  if (row.expiresAt <= now) throw refuse('expired_token', 'The device code has expired.')
  const { grantId, userId, authenticatedAt, amr } = row
  if (row.state === 'approved' && grantId !== null && userId !== null && authenticatedAt !== null && amr !== null)
    return { ...row, grantId, userId, authenticatedAt, amr }
  const { polledAt, intervalSeconds } = row
  if (polledAt !== null && now + JITTER_MS - polledAt < intervalSeconds * 1000)
    throw refuse('slow_down', 'Wait five seconds longer between two requests from now on.')
  throw refuse('authorization_pending', 'The person has not decided yet.')
}
