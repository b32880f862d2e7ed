import { Elysia } from 'elysia'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { awardBadge } from './award-badge.ts'
import { newestBadges } from './queries.ts'
import { AwardBadge, Badge, Badges } from './schema.ts'

const tags = ['Badges']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'badges', prefix: '/v1/badges', normalize: false })
    .use(access(deps))
    .get('/', async () => ({ items: await newestBadges(deps.db, 100) }), {
      requires: 'badges:read',
      response: { 200: Badges, ...failures() },
      detail: { tags, operationId: 'listBadges', summary: 'List the newest badges' },
    })
    .post(
      '/',
      async ({ actor, body, cause }) => {
        const caused = cause(actor)
        const allowance = await deps.limiter.take('badges:account', String(caused.actorId))
        if (!allowance.allowed) throw rateLimited(allowance)
        return awardBadge(deps, caused, body)
      },
      {
        requires: 'badges:write',
        body: AwardBadge,
        response: { 200: Badge, ...failures('badge.too_many') },
        detail: { tags, operationId: 'awardBadge', summary: 'Award a badge' },
      },
    )
