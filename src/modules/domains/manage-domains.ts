/** The domains of an organisation: added, proved, changed, removed. */
import type { ScopedOrg } from '../../core/authz/scope.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { base64url } from '../../lib/encoding.ts'
import { isPublicDomain } from './public-domains.ts'
import {
  deleteDomain,
  domainById,
  domainOfKey,
  type DomainRow,
  insertDomain,
  markProved,
  setAutoJoin,
} from './queries.ts'
import { resolveTxt } from './resolve-txt.ts'
import { recordOf } from './schema.ts'

type DomainDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

const CHALLENGE_BYTES = 24

/**
 * Adds a domain that is not proved yet, in one round trip. To let people join by it requires a fresh session. The answer
 * does not say whether another organisation has the domain: that is said to those who control its DNS. Throws
 * `domain.public`, `domain.exists`, `domain.too_many`, `auth.fresh_session_required`, `idempotency.key_reused`, and
 * `domain.not_found` for a repeat after the deletion.
 */
export async function addDomain(
  deps: DomainDeps,
  cause: Cause,
  org: ScopedOrg,
  { domain, autoJoin = false }: { domain: string; autoJoin?: boolean | undefined },
  key?: IdempotencyKey,
): Promise<DomainRow> {
  if (autoJoin) cause.requireFresh()
  if (isPublicDomain(domain)) throw problem('domain.public')
  const { db, clock, random } = deps
  const row: DomainRow = {
    id: random.id('dom'),
    orgId: org.id,
    domain,
    challenge: base64url(random.bytes(CHALLENGE_BYTES)),
    autoJoin,
    createdAt: clock.now(),
    verifiedAt: null,
    checkedAt: null,
    missedChecks: 0,
  }
  const added = newEvent(deps, cause, 'domain.added', { orgId: org.id, data: { domainId: row.id, domain, autoJoin } })
  const results = await commitOnce(
    deps,
    { key, event: added, subjectId: row.id },
    { inserted: recorded(insertDomain(db, row), added) },
  ).catch(whereTaken({ 'org_domains.org_id': 'domain.exists' }))
  if (!results) {
    const first = await replay(key, (name) => domainOfKey(db, name))
    if (!first.domain) throw problem('domain.not_found')
    return first.domain
  }
  const [inserted] = results.inserted
  if (!inserted) throw problem('domain.too_many')
  return inserted
}

/**
 * Asks the DNS for the record of a domain, and marks the domain as proved if it is there. Two round trips and one request
 * to the resolver. A domain that is proved already stays so, whatever the answer. One organisation at most can prove a
 * domain. Throws `domain.not_found`, `domain.record_missing`, `domain.taken`, `domain.resolver_unavailable`,
 * `request.rate_limited`.
 */
export async function verifyDomain(
  deps: DomainDeps & Pick<Deps, 'fetch' | 'config' | 'limiter'>,
  cause: Cause,
  org: ScopedOrg,
  id: string,
): Promise<DomainRow> {
  const { db, clock, limiter } = deps
  const allowance = await limiter.take('domain-check:org', org.id)
  if (!allowance.allowed) throw rateLimited(allowance)
  const [row] = await domainById(db, org.id, id)
  if (!row) throw problem('domain.not_found')
  if (!(await hasRecord(deps, row))) throw problem('domain.record_missing')
  const verified = newEvent(deps, cause, 'domain.verified', {
    orgId: org.id,
    data: { domainId: id, domain: row.domain },
  })
  const { proved } = await commit(deps, { proved: recorded(markProved(db, row, clock.now()), verified) }).catch(
    whereTaken({ 'org_domains.domain': 'domain.taken' }),
  )
  if (!proved[0]) throw problem('domain.not_found')
  return proved[0]
}

/** Whether the DNS has the record of a domain now. Throws `domain.resolver_unavailable`. */
export async function hasRecord(deps: Pick<Deps, 'fetch' | 'config'>, row: DomainRow): Promise<boolean> {
  const { name, value } = recordOf(row)
  return (await resolveTxt(deps, name)).some((text) => text.trim() === value)
}

/**
 * Lets people join by a domain, or stops that. The members stay. One round trip. Requires a fresh session. Throws
 * `domain.not_found`, `auth.fresh_session_required`.
 */
export async function updateDomain(
  deps: DomainDeps,
  cause: Cause,
  org: ScopedOrg,
  id: string,
  { autoJoin }: { autoJoin: boolean },
): Promise<DomainRow> {
  cause.requireFresh()
  const { db } = deps
  const updated = newEvent(deps, cause, 'domain.updated', { orgId: org.id, data: { domainId: id, autoJoin } })
  const { stored } = await commit(deps, {
    updated: recorded(setAutoJoin(db, org.id, id, autoJoin), updated),
    stored: domainById(db, org.id, id),
  })
  if (!stored[0]) throw problem('domain.not_found')
  return stored[0]
}

/** Removes a domain. The members stay. One round trip. Throws `domain.not_found`, `auth.fresh_session_required`. */
export async function removeDomain(deps: DomainDeps, cause: Cause, org: ScopedOrg, id: string): Promise<void> {
  cause.requireFresh()
  const deleted = newEvent(deps, cause, 'domain.deleted', { orgId: org.id, data: { domainId: id } })
  const { gone } = await commit(deps, { gone: recorded(deleteDomain(deps.db, org.id, id), deleted) })
  if (gone.length === 0) throw problem('domain.not_found')
}
