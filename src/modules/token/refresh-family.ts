/** `grant_type=refresh_token` (OAuth 2.1 §4.3, RFC 9700 §4.14). */
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'
import { hmac } from '../../lib/crypto.ts'
import { scopesIn } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import { REUSE_GRACE_MS } from '../../lib/session-limits.ts'
import { hashToken, isToken } from '../../lib/tokens.ts'
import { takeOfUnknownToken } from '../../core/limits/guesses.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import {
  aboutFamilyOf,
  endReusedFamily,
  familyByToken,
  insertNextToken,
  noteFamilyUse,
  spendToken,
} from '../grants/refresh-queries.ts'
import { OPENID_SCOPES } from '../resources/resource.ts'
import { answerOf } from './answer.ts'
import { askFirst } from './ask-first.ts'
import { oneResource, resourceNow, targetOf } from './audience.ts'
import { byClient } from './by-client.ts'
import type { IssueDeps } from './issue.ts'
import { type Grant, required } from './token-request.ts'

const refreshKeys = keysFor('refresh-tokens')
/** The most rotations within the 10 s of two tabs. */
const MAX_STEPS = 100

const invalid = (cause: string) =>
  refuse('invalid_grant', 'The refresh token is not valid, has expired or was revoked.', { cause })

/**
 * Uses up a refresh token and returns its successor, which follows from it and from a key of APP_SECRET. One round trip with
 * the client in memory. It may narrow the scopes and choose one of the audiences that were granted.
 *
 * A used token that is sent again gives the newest token of its chain in two cases: within 10 s, and within
 * `REFRESH_RETRY_SECONDS` while its successor is unused, because the answer may be lost. At any other time two clients hold
 * it and one may be a thief, so the family ends. An unknown token takes a point of the address. Throws `invalid_grant`, `invalid_scope`, `invalid_target`,
 * `access_denied`, `temporarily_unavailable`.
 */
export const refreshFamily: Grant = async (deps, { cause, client, parameters, dpop, before }) => {
  const { config, db, clock } = deps
  const token = required(parameters, 'refresh_token')
  if (!isToken(token)) throw invalid('no refresh token of this server')
  const audience = oneResource(parameters.all('resource'))
  if (audience !== undefined) await resourceNow(deps, client, audience)
  const scope = parameters.get('scope')
  const asked = { audience, scope: scope === undefined ? undefined : scopesIn(scope) }
  const now = clock.now()
  const hash = await hashToken(token)
  const [successor] = await successorsOf(deps, token)
  const who = { hash, clientId: client.id, jkt: dpop?.jkt ?? null, now }
  const idleSince = now - config.refreshIdleSeconds * 1000
  const by = { ...byClient(cause, client, null), orgId: null }
  const about = aboutFamilyOf(hash, client.id)
  const refreshed = newEvent(deps, by, 'grant.refreshed', about)
  const reused = newEvent(deps, by, 'grant.token_reused', { ...about, result: 'failure' })
  const steps = {
    before,
    spent: recorded(
      spendToken(db, {
        ...who,
        audience: audience ?? null,
        scopes: asked.scope === undefined ? null : JSON.stringify(asked.scope),
        ownAudience: config.appUrl,
        openid: JSON.stringify(OPENID_SCOPES.map(({ name }) => name)),
        idleSince,
      }),
      { ...refreshed, actingFor: about.actingFor },
    ),
    next: insertNextToken(db, { hash, nextHash: await hashToken(successor), now, refreshed: refreshed.id }),
    noted: noteFamilyUse(db, { hash, now, refreshed: refreshed.id }),
    reused: recorded(
      endReusedFamily(db, {
        ...who,
        graceSince: now - REUSE_GRACE_MS,
        lostSince: now - config.refreshRetrySeconds * 1000,
        ahead: now + CLOCK_SKEW_MS,
        refreshed: refreshed.id,
      }),
      { ...reused, actingFor: about.actingFor },
    ),
    found: familyByToken(db, { ...who, idleSince }),
  }
  const { spent, reused: ended, found } = await commit(deps, steps)
  const [row] = found
  if (row === undefined) {
    takeOfUnknownToken(deps, cause)
    throw invalid('unknown')
  }
  if (ended.length > 0) throw invalid(`used before: family ${row.family.id} has ended`)
  if (!row.counts) throw invalid(`family ${row.family.id} does not count, or is of another client or key`)
  // Not granted: nothing was used up.
  const target = targetOf(config, client, row.family.scopes, asked)
  const resource = await resourceNow(deps, client, target.audience)
  if (spent.length === 0 && row.rotatedAt === null) throw invalid('not used up')
  const scopes = target.scopes.filter(resource.has)
  const { userId, sessionId, orgId, amr } = row.family
  // The successor follows from the token, so a client that is refused now gets it with its next request.
  const next = { userId, sessionId, clientId: client.id, orgId, audience: target.audience, scopes, amr }
  return answerOf(deps, client, {
    family: row.family,
    target: { ...target, scopes },
    ttlSeconds: resource.ttlSeconds,
    user: row.user,
    nonce: null,
    jkt: dpop?.jkt ?? null,
    refreshToken: spent.length > 0 ? successor : await newestOf(deps, token, row),
    idToken: true,
    asked: await askFirst(deps, cause, next),
  })
}

/** What follows a token, under the current key and under the earlier one. */
const successorsOf = async ({ config }: Pick<IssueDeps, 'config'>, token: string): Promise<[string, ...string[]]> => {
  const [{ key }, ...earlier] = await refreshKeys(config)
  return [await hmac(key, token), ...(await Promise.all(earlier.map(({ key }) => hmac(key, token))))]
}

/** The newest token of the chain. Throws `invalid_grant` if APP_SECRET changed in between, more than once or in mid-chain. */
async function newestOf(
  { config }: Pick<IssueDeps, 'config'>,
  token: string,
  { position, newestPosition, newestHash }: { position: number; newestPosition: number; newestHash: string },
): Promise<string> {
  const steps = newestPosition - position
  if (steps >= 1 && steps <= MAX_STEPS)
    for (const { key } of await refreshKeys(config)) {
      let newest = token
      for (let step = 0; step < steps; step++) newest = await hmac(key, newest)
      if ((await hashToken(newest)) === newestHash) return newest
    }
  throw invalid('its successor cannot be derived')
}
