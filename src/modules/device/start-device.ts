/** The device authorization endpoint (RFC 8628 §3.1, §3.2). */
import { commit } from '../../core/events/commit.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { base64url } from '../../lib/encoding.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { readDetails } from '../grants/asked-details.ts'
import { scopesAsked } from '../grants/asked-scopes.ts'
import { type AuthenticateDeps, authenticateClient, whereAssertionUsed } from '../oauth-clients/authenticate-client.ts'
import { keepClient } from '../oauth-clients/keep-client.ts'
import { consumeChallengeOrFail } from '../passkeys/queries.ts'
import { DEVICE_GRANT } from '../token/grant-device-code.ts'
import { insertDeviceCode } from './queries.ts'
import { macOfUserCode, newUserCode, shownUserCode } from './user-code.ts'

const EXPIRES_SECONDS = 600
/** RFC 8628 §3.2: the default of devices. */
const INTERVAL_SECONDS = 5
/** Two devices with one code are as good as impossible. */
const TRIES = 3

type StartDeps = AuthenticateDeps & Pick<Deps, 'random'>

/**
 * Gives a device its codes. One round trip with the client in memory. Only hashes are stored. Throws `invalid_client`,
 * `unauthorized_client`, `invalid_scope`, `invalid_target`, `invalid_authorization_details`.
 */
export async function startDevice(
  deps: StartDeps,
  cause: Cause,
  request: Request,
  parameters: Parameters,
): Promise<Record<string, unknown>> {
  const { config, db, clock, random } = deps
  const { client, oneUse } = await authenticateClient(deps, cause, request, parameters, '/oauth/device')
  if (!client.grantTypes.includes(DEVICE_GRANT))
    throw refuse('unauthorized_client', 'The client is not registered for the device flow.')
  const details = readDetails(parameters.get('authorization_details'))
  const scopes = await scopesAsked(deps, client, {
    scope: parameters.get('scope'),
    resources: parameters.all('resource'),
    details,
  })
  const now = clock.now()
  const deviceCode = base64url(random.bytes(TOKEN_BYTES))
  const row = {
    hash: await hashToken(deviceCode),
    clientId: client.id,
    scopes,
    details,
    intervalSeconds: INTERVAL_SECONDS,
    address: cause.address,
    userAgent: cause.userAgent,
    createdAt: now,
    expiresAt: now + EXPIRES_SECONDS * 1000,
  }
  for (let tries = 1; ; tries++) {
    const userCode = newUserCode(deps)
    try {
      await commit(deps, {
        client: keepClient(deps, client, { consented: false }),
        used: oneUse === undefined ? undefined : consumeChallengeOrFail(db, oneUse),
        inserted: insertDeviceCode(db, { ...row, userCodeMac: await macOfUserCode(deps, userCode) }),
      })
    } catch (error) {
      if (tries < TRIES && uniqueViolation(error) === 'device_codes.user_code_mac') continue
      whereAssertionUsed(error)
    }
    const shown = shownUserCode(userCode)
    return {
      device_code: deviceCode,
      user_code: shown,
      verification_uri: `${config.appUrl}/device`,
      verification_uri_complete: `${config.appUrl}/device?user_code=${shown}`,
      expires_in: EXPIRES_SECONDS,
      interval: INTERVAL_SECONDS,
    }
  }
}
