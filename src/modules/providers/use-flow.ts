import type { Database } from '../../../db/database.ts'
import { hashToken } from '../../lib/tokens.ts'
import { consumeChallenge, type OneUse } from '../passkeys/queries.ts'
import type { Flow } from './flow-cookie.ts'

/** A used flow: its key, and the time until which the server must remember its use. */
export type UsedFlow = OneUse

export const usedFlow = async ({ state, expiresAt }: Flow): Promise<UsedFlow> => ({
  challenge: await hashToken(`flow ${state}`),
  expiresAt,
})

/** Changes a row for the first caller only, so that each answer of a provider is accepted once. */
export const useFlowUp = (db: Database, flow: UsedFlow) => consumeChallenge(db, flow)
