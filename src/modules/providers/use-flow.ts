import type { Database } from '../../../db/database.ts'
import { hashToken } from '../../lib/tokens.ts'
import { consumeChallenge, type OneUse } from '../passkeys/queries.ts'
import type { Flow } from './flow-cookie.ts'

/** A flow that has come back: what it is known by once it is used up, and until when that must be remembered. */
export type UsedFlow = OneUse

export const usedFlow = async ({ state, expiresAt }: Flow): Promise<UsedFlow> => ({
  challenge: await hashToken(`flow ${state}`),
  expiresAt,
})

/** Changes a row for the first who asks, and for nobody after: the same answer of a provider is taken once. */
export const useFlowUp = (db: Database, flow: UsedFlow) => consumeChallenge(db, flow)
