import type { SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { describeDevice } from '../../lib/devices.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both, type Cause, happened } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { keyIsPublished, needKeyUntil } from '../signing-keys/queries.ts'
import { hintOf, opaqueKey } from './key-text.ts'
import { endKeyAt, insertKey, type NewKey, successorOf } from './queries.ts'
import { type CreatedApiKey, toApiKey } from './schema.ts'
import { signKey } from './signed-keys.ts'

export type KeyDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue' | 'keys'>

/** What a caller decides about a key. */
export type KeyTerms = Omit<NewKey, 'id' | 'hash' | 'hint' | 'createdAt'>

/** The key that the new one replaces, and until when it still works, ms UTC. */
export interface Replaced {
  id: string
  until: number
}

/**
 * Makes a key and inserts it if `condition` holds. One round trip. Undefined if it does not hold: then nothing was
 * written. The signing key of a signed key stays published until the key expires. A mail tells the person
 * who made it. Throws `apikey.already_rotated`.
 */
export async function storeKey(
  deps: KeyDeps,
  cause: Cause,
  terms: KeyTerms,
  condition: SQL,
  replaced?: Replaced,
): Promise<CreatedApiKey | undefined> {
  const { db, clock, random } = deps
  const now = clock.now()
  const id = random.id('apk')
  const { text, hash, signingKeyId } = await secretOf(deps, id, terms, now)
  const row: NewKey = { ...terms, id, hash, hint: hintOf(text), createdAt: now }
  const { userId, serviceAccountId, orgId, form, scopes } = terms
  const created = newEvent(deps, cause, replaced ? 'api_key.rotated' : 'api_key.created', {
    userId,
    orgId,
    data: {
      apiKeyId: id,
      form,
      scopes,
      ...(serviceAccountId === null ? {} : { serviceAccountId }),
      ...(replaced ? { replaces: replaced.id } : {}),
    },
  })
  const signed = signingKeyId !== undefined && terms.expiresAt !== null
  const steps = {
    inserted: recorded(
      insertKey(db, row, signed ? both(condition, keyIsPublished(signingKeyId, now)) : condition),
      created,
      replaced ? [replaced.id] : [],
    ),
    needed: signed ? needKeyUntil(db, signingKeyId, terms.expiresAt ?? now, created) : undefined,
    ended: replaced ? endKeyAt(db, replaced.id, replaced.until, happened(created)) : undefined,
    successor: replaced ? successorOf(db, replaced.id) : undefined,
    notice: await noticeOf(deps, cause, row, created),
  }
  const { inserted, successor } = await commit(deps, steps).catch(
    whereTaken({ 'api_keys.replaces': 'apikey.already_rotated' }),
  )
  if (inserted.length > 0) return { ...toApiKey({ ...row, lastUsedAt: null }), key: text }
  if (successor?.length) throw problem('apikey.already_rotated')
  return undefined
}

async function secretOf(
  deps: Pick<KeyDeps, 'config' | 'keys' | 'random'>,
  id: string,
  { form, userId, serviceAccountId, orgId, scopes, expiresAt }: KeyTerms,
  now: number,
): Promise<{ text: string; hash: string | null; signingKeyId?: string }> {
  if (form === 'opaque' || expiresAt === null) {
    const text = opaqueKey(deps.random.bytes(TOKEN_BYTES))
    return { text, hash: await hashToken(text) }
  }
  const issuedAt = Math.floor(now / 1000) * 1000
  const subject = userId ?? serviceAccountId ?? orgId ?? ''
  return { ...(await signKey(deps, { id, subject, orgId, scopes, issuedAt, expiresAt })), hash: null }
}

/**
 * The person whose session made the key learns of it, whoever owns the key, and also of a rotation: a thief who uses the
 * session may hold the new secret, which outlives the session.
 */
async function noticeOf(
  deps: KeyDeps,
  cause: Cause,
  { userId: owner, createdBy, name, createdAt }: NewKey,
  created: { id: string },
): Promise<Step | undefined> {
  const userId = owner ?? createdBy
  if (userId === null) return undefined
  const data = {
    key: name,
    device: describeDevice(cause.userAgent),
    address: cause.address ?? 'unknown',
    at: createdAt,
  }
  return queueMail(deps, { userId, content: { template: 'api-key-created', data }, cause }, happened(created))
}
