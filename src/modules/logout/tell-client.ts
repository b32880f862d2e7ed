/** Tells a client that a session has ended (OpenID Connect Back-Channel Logout 1.0). */
import { commit } from '../../core/events/commit.ts'
import type { JobHandler } from '../../core/feature.ts'
import type { Deps } from '../../deps.ts'
import { signJwt } from '../../lib/jwt.ts'
import { PublicFetchError } from '../../lib/public-addresses.ts'
import { subjectFor } from '../grants/subject.ts'
import type { Client } from '../oauth-clients/client.ts'
import { findClient } from '../oauth-clients/find-client.ts'
import { noteDelivery, noticeById } from './queries.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** §2.4: short, because the token is used at once. */
const LIFE_SECONDS = 120
const TIMEOUT_MS = 5_000
/** The answer has no content that counts (§2.8). */
const MAX_BYTES = 65_536

/**
 * Sends the logout token as a form. Any status of 2xx is an acceptance; everything else is tried again later, with a new
 * token that has the same `jti`. The log is `GET /v1/jobs?kind=backchannel-logout`.
 *
 * Does nothing if the client is gone or takes no such messages any more.
 */
export const tellClient: JobHandler = async (deps, job) => {
  const id = `lgt_${job.id.slice('job_'.length)}`
  const [notice] = await noticeById(deps.db, id)
  if (notice === undefined || notice.deliveredAt !== null) return
  const client = await findClient(deps, notice.clientId)
  if (client === undefined || client.backchannelLogoutUri === null) return
  const token = await logoutToken(deps, client, notice)
  const status = await send(deps, client.backchannelLogoutUri, token).catch((cause: unknown) => {
    const reason = cause instanceof PublicFetchError ? cause.message : 'the request failed'
    throw new Error(`${client.id}: ${reason}`, { cause })
  })
  if (status < 200 || status > 299) throw new Error(`${client.id}: the client answered ${status}`)
  await commit(deps, [noteDelivery(deps.db, id, deps.clock.now())])
}

interface Notice {
  id: string
  userId: string
  sid: string
}

/** §2.4. It has no `nonce`, and its own `typ`, so it is no ID token. Signed as the ID tokens of the client are. */
export async function logoutToken(
  { config, clock, keys }: Pick<Deps, 'config' | 'clock' | 'keys'>,
  client: Pick<Client, 'id' | 'idTokenAlg' | 'subjectType' | 'sector' | 'sectorSalt'>,
  { id, userId, sid }: Notice,
): Promise<string> {
  const { id: kid, alg, sign } = await keys.signing(client.idTokenAlg)
  const now = Math.floor(clock.now() / 1000)
  const claims = {
    iss: config.appUrl,
    aud: client.id,
    iat: now,
    exp: now + LIFE_SECONDS,
    jti: id,
    sub: await subjectFor(client, userId),
    sid,
    events: { [EVENT]: {} },
  }
  return signJwt({ alg, typ: 'logout+jwt', kid }, claims, sign)
}

async function send({ fetchPublic }: Pick<Deps, 'fetchPublic'>, url: string, token: string): Promise<number> {
  const { status } = await fetchPublic(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ logout_token: token }).toString(),
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
  })
  return status
}
