/**
 * The parts below the features. They declare errors, jobs and variables in the same way as features. They have no
 * routes.
 */
import { feature as platform } from '../platform/feature.ts'
import { feature as http } from '../http/feature.ts'
import { feature as orgSettings } from './authz/feature.ts'
import { feature as events } from './events/feature.ts'
import { feature as hooks } from './hooks/feature.ts'
import { feature as idempotency } from './idempotency/feature.ts'
import { feature as limits } from './limits/feature.ts'
import { feature as retention } from './retention/feature.ts'
import { feature as rooms } from './rooms/feature.ts'

export const foundation = [platform, http, idempotency, limits, events, retention, orgSettings, rooms, hooks] as const
