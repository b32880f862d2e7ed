/** Opens a family of tokens: what a code, a device code or another proof that works once is exchanged for. */
import type { SQL } from 'drizzle-orm'
import type { tokenFamilies } from '../../../db/tables/index.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, both, type Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import {
  describedUser,
  endFamilyOfOrigin,
  grantAllows,
  insertFamily,
  insertFirstFamilyToken,
  type NewFamily,
  sessionAllows,
} from '../grants/family-queries.ts'
import { sidFor } from '../grants/subject.ts'
import type { Client } from '../oauth-clients/client.ts'
import { answerOf, type TokenAnswer } from './answer.ts'
import { askFirst } from './ask-first.ts'
import { resourceNow, targetOf } from './audience.ts'
import { byClient } from './by-client.ts'

export type IssueDeps = Pick<
  Deps,
  'config' | 'db' | 'clock' | 'random' | 'principals' | 'keys' | 'defer' | 'fetchPublic' | 'log'
>

/** The columns of `token_families`, without its id, its times and its epoch. */
export type FamilyDraft = Omit<
  typeof tokenFamilies.$inferSelect,
  'id' | 'sid' | 'createdAt' | 'lastUsedAt' | 'expiresAt' | 'endedAt' | 'trustEpoch' | 'jkt'
>

export interface OpeningOptions {
  /** The audience of the first access token. Absent: the first that was granted. */
  audience?: string | undefined
  /** Absent: every scope that was granted. */
  scope?: readonly string[] | undefined
  /** OpenID Connect Core §2. */
  nonce?: string | null | undefined
  /** Steps before the family is inserted, in the same batch. */
  before?: readonly Step[]
  /** Steps after everything else, in the same batch. */
  after?: readonly Step[]
  /** The family is inserted only if this holds in the batch. */
  condition?: SQL
  /** Only an access token: no refresh token and no ID token. It lives for these seconds at most. */
  accessOnly?: { ttlSeconds: number } | undefined
  /** The key to which the access token is bound (RFC 9449), and the refresh tokens of a public client. */
  dpop?: { jkt: string } | undefined
}

/**
 * Opens the family in one batch, if its grant, client, user and session allow it and nothing was exchanged for its origin
 * before. One round trip with the client in memory. Of parallel calls with one origin, one succeeds.
 *
 * An origin that comes again was copied, so the family that it opened ends (RFC 6749 §4.1.2). Throws `invalid_grant`,
 * `invalid_target`, `invalid_scope`, `access_denied`, `temporarily_unavailable`.
 */
export async function openFamily(
  deps: IssueDeps,
  cause: Cause,
  client: Client,
  draft: FamilyDraft,
  options: OpeningOptions = {},
): Promise<TokenAnswer> {
  const { config, db, clock, random } = deps
  const { userId, sessionId, grantId, originHash } = draft
  const target = targetOf(config, client, draft.scopes, options)
  const resource = await resourceNow(deps, client, target.audience)
  const { accessOnly } = options
  const ttlSeconds = Math.min(resource.ttlSeconds, accessOnly?.ttlSeconds ?? Number.POSITIVE_INFINITY)
  const now = clock.now()
  const hasRefresh = accessOnly === undefined && client.grantTypes.includes('refresh_token')
  const family: NewFamily = {
    ...draft,
    id: random.id('fam'),
    sid: sessionId === null ? null : await sidFor(client, sessionId),
    // A client of one organisation does not learn which other one is active.
    orgId: client.orgId === null || client.orgId === draft.orgId ? draft.orgId : null,
    jkt: client.authMethod === 'none' ? (options.dpop?.jkt ?? null) : null,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + (hasRefresh ? config.refreshTtlSeconds : ttlSeconds) * 1000,
  }
  const scopes = target.scopes.filter(resource.has)
  const { orgId } = family
  // Before anything is used up: after a failure of an action, the client may send the same code again.
  const asked = await askFirst(deps, cause, {
    userId,
    sessionId,
    clientId: client.id,
    orgId,
    audience: target.audience,
    scopes,
    amr: draft.amr,
  })
  const refreshToken = hasRefresh ? base64url(random.bytes(TOKEN_BYTES)) : undefined
  const by = byClient(cause, client, userId)
  const about = { userId, sessionId }
  const redeemed = newEvent(deps, by, 'grant.redeemed', {
    ...about,
    data: { clientId: client.id, grantId, familyId: family.id, audience: target.audience },
  })
  const copied = newEvent(deps, by, 'grant.code_reused', {
    ...about,
    result: 'failure',
    data: { clientId: client.id, grantId },
  })
  const allowed = both(
    grantAllows(family, now),
    sessionId === null ? always : sessionAllows({ ...family, sessionId }, now),
  )
  const steps = {
    before: options.before,
    opened: recorded(insertFamily(db, family, both(allowed, options.condition ?? always)), redeemed),
    first:
      refreshToken === undefined
        ? undefined
        : insertFirstFamilyToken(db, { familyId: family.id, hash: await hashToken(refreshToken), now }),
    copied: recorded(endFamilyOfOrigin(db, { originHash, except: family.id, now }), copied),
    described: describedUser(db, { userId }),
    after: options.after,
  }
  const { opened, copied: ended, described } = await commit(deps, steps)
  const [user] = described
  if (opened.length === 0 || user === undefined)
    throw refuse('invalid_grant', 'What was sent for tokens is not valid, has expired or was used before.', {
      cause:
        ended.length > 0 ? 'used before: its tokens are ended' : 'its grant, client, user or session does not allow it',
    })
  return answerOf(deps, client, {
    family,
    target: { ...target, scopes },
    ttlSeconds,
    user,
    nonce: options.nonce ?? null,
    jkt: options.dpop?.jkt ?? null,
    refreshToken,
    idToken: accessOnly === undefined,
    asked,
  })
}
