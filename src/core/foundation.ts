/** The parts below the features. They declare what they add as features do; none of them has routes. */
import { feature as platform } from '../platform/feature.ts'
import { feature as http } from '../http/feature.ts'
import { feature as events } from './events/feature.ts'
import { feature as idempotency } from './idempotency/feature.ts'
import { feature as limits } from './limits/feature.ts'
import { feature as retention } from './retention/feature.ts'

export const foundation = [platform, http, idempotency, limits, events, retention] as const
