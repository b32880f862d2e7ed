/** How many mails with a proof may go to one address: counted with the proofs themselves. */
import { type SQL, sql } from 'drizzle-orm'
import { oneTimeTokens } from '../../../db/tables/index.ts'
import type { NewProof } from './queries.ts'

/** What may be sent to one address for one purpose: silently no more than this. */
export interface MailBudget {
  mails: number
  /** Those sent since, ms UTC. */
  since: number
}

/** Fewer than that. Index one_time_tokens_email. */
export const withinBudget = ({ purpose, createdAt }: NewProof, emailKey: string, { mails, since }: MailBudget): SQL =>
  sql`(SELECT count(*) FROM ${oneTimeTokens} AS sent WHERE sent.email_key = ${emailKey} AND sent.purpose = ${purpose} AND sent.created_at > ${since} AND sent.created_at <= ${createdAt}) < ${mails}`

/** What all accounts together may have sent to one new address, in budgets of one account. */
const ACCOUNTS_PER_NEW_ADDRESS = 4

/** The same for a new address. Any account may ask for a move to any address: a stranger who asks must not spend what its owner needs. */
export const withinBudgetOfAccount = (proof: NewProof, userId: string, emailKey: string, budget: MailBudget): SQL => {
  const { mails, since } = budget
  const { purpose, createdAt } = proof
  return sql`(SELECT count(*) FROM ${oneTimeTokens} AS own WHERE own.email_key = ${emailKey} AND own.purpose = ${purpose} AND own.user_id = ${userId} AND own.created_at > ${since} AND own.created_at <= ${createdAt}) < ${mails} AND ${withinBudget(proof, emailKey, { mails: mails * ACCOUNTS_PER_NEW_ADDRESS, since })}`
}
