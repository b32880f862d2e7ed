/** The limits on the number of mails with a proof to one address. The proofs themselves are counted. */
import { type SQL, sql } from 'drizzle-orm'
import { oneTimeTokens } from '../../../db/tables/index.ts'
import type { NewProof } from './queries.ts'

/** The mails that may be sent to one address for one purpose. Mails beyond the limit are left out without an error. */
export interface MailBudget {
  mails: number
  /** Counts the mails that were sent after this time, ms UTC. */
  since: number
}

/** True if fewer mails were sent. Index one_time_tokens_email. */
export const withinBudget = ({ purpose, createdAt }: NewProof, emailKey: string, { mails, since }: MailBudget): SQL =>
  sql`(SELECT count(*) FROM ${oneTimeTokens} AS sent WHERE sent.email_key = ${emailKey} AND sent.purpose = ${purpose} AND sent.created_at > ${since} AND sent.created_at <= ${createdAt}) < ${mails}`

/** The limit on mails of all accounts together to one new address, as a multiple of the limit of one account. */
const ACCOUNTS_PER_NEW_ADDRESS = 4

/**
 * The same for a new address of an account. Any account may ask to change to any address, so the requests of a
 * stranger must not spend the mails that the owner of the address needs.
 */
export const withinBudgetOfAccount = (proof: NewProof, userId: string, emailKey: string, budget: MailBudget): SQL => {
  const { mails, since } = budget
  const { purpose, createdAt } = proof
  return sql`(SELECT count(*) FROM ${oneTimeTokens} AS own WHERE own.email_key = ${emailKey} AND own.purpose = ${purpose} AND own.user_id = ${userId} AND own.created_at > ${since} AND own.created_at <= ${createdAt}) < ${mails} AND ${withinBudget(proof, emailKey, { mails: mails * ACCOUNTS_PER_NEW_ADDRESS, since })}`
}
