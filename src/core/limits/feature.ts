import { defineFeature, type LoadedSweep } from '../feature.ts'

export const feature = defineFeature({
  name: 'limits',
  errors: {
    'request.rate_limited': {
      status: 429,
      title: 'Too many requests. Wait for the seconds in Retry-After.',
      remedy: 'Wait for the number of seconds in Retry-After, then repeat the request. RateLimit-Policy has the limit.',
    },
  },
  addressBudgets: {
    'guess:address': { points: 100, seconds: 60 },
  },
  budgets: {
    /** Failed guesses at a password or code. ASVS 6.3.1: at most 5 a minute. */
    'guess:account+address': { points: 5, seconds: 60 },
    /** From networks the account does not know. NIST SP 800-63B §3.2.2, by the day. */
    'guess:account': { points: 99, seconds: 86_400 },
    /** The same two budgets for a caller with a session. */
    'guess:session': { points: 5, seconds: 60 },
    'guess:session-day': { points: 99, seconds: 86_400 },
  },
  variables: {
    RATE_LIMIT: {
      oneOf: ['on', 'off'],
      default: 'on',
      description: 'off: the server limits no requests, for load tests and behind a gateway that has its own limits.',
    },
    RATE_LIMIT_PER_MINUTE: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000_000,
      default: 60_000,
      description: 'Requests a minute for one account, counted in each process separately. Sign-in has its own limits.',
    },
    REDIS_URL: {
      type: 'text',
      pattern: '^rediss?://',
      description:
        'redis://HOST:PORT: the Redis in which the processes of a server count rate limits together, hear of changes at once, and share rows and presence (Bun only). Without it, the limits are in memory with an embedded database, else in the database.',
    },
  },
  scheduled: {
    'sweep-keys': {
      pattern: '27 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
