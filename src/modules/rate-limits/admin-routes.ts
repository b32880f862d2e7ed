/** The limits that are in force, for administrators. */
import { Elysia } from 'elysia'
import { budgets, requestsOfAccount } from '../../core/limits/budgets.ts'
import type { Budget } from '../../core/feature.ts'
import { declared } from '../../declared.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { RateLimits } from './schema.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'rate-limits', prefix: '/v1/rate-limits', normalize: false }).use(access(deps)).get(
    '/',
    async () => {
      const { rateLimit, rateLimitPerMinute, redisUrl, databaseUrl } = deps.config
      const noticed = (await deps.noticed?.()) ?? []
      const store: 'redis' | 'memory' | 'database' =
        redisUrl !== undefined ? 'redis' : databaseUrl.startsWith('file:') ? 'memory' : 'database'
      const ofAccount = requestsOfAccount(rateLimitPerMinute)
      return {
        enabled: rateLimit,
        store,
        storeAnswers: !noticed.some((code) => code.startsWith('redis.')),
        budgets: [
          { ...shown('requests:account', 'limits', ofAccount), variable: 'RATE_LIMIT_PER_MINUTE' },
          ...declared.flatMap(({ name: feature, addressBudgets = {}, budgets: own = {} }) =>
            Object.entries<Budget>({ ...addressBudgets, ...own }).map(([name, budget]) => shown(name, feature, budget)),
          ),
        ],
      }
    },
    {
      requires: 'settings:read',
      response: { 200: RateLimits, ...failures() },
      detail: {
        tags: ['Settings'],
        operationId: 'readRateLimits',
        summary: 'Read the rate limits that are in force',
        description: 'Every budget with its points and its window: docs/rate-limits.md explains what takes a point.',
      },
    },
  )

const all: Readonly<Record<string, Budget>> = budgets

const shown = (name: string, feature: string, { points, seconds }: Budget) => ({
  name,
  feature,
  points,
  seconds,
  site: all[`${name}/48`]?.points ?? null,
  shared: all[`${name} shared`]?.points ?? null,
  variable: null as string | null,
})
