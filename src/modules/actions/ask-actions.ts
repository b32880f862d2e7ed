/** Asks the programs of the operator before something happens. */
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import type { AddedClaims } from './decision.ts'
import { actionsInForce } from './in-force.ts'

export type AskDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'fetchPublic' | 'log'>

declare const asked: unique symbol
/** What the actions of a trigger allowed. Nothing else makes one, so what needs it cannot forget to ask. */
export interface Asked extends Readonly<AddedClaims> {
  readonly [asked]: true
}

/** Somebody who makes an account. */
export interface SignUpAsked {
  /** Null: an anonymous account. */
  email: string | null
  name: string | null
  method: 'password' | 'passkey' | 'provider' | 'anonymous'
  /** The id of the provider, with which the person signed in. */
  provider?: string
  /** The account is an anonymous one so far. */
  upgrades?: string
}

/** A token, or the cookie of a session, that is about to be issued. */
export interface TokenAsked {
  kind: 'session' | 'cookie' | 'client'
  /** The person; null: a client for itself. */
  userId: string | null
  sessionId: string | null
  clientId: string | null
  orgId: string | null
  audience: string
  /** Null: a session, which has the rights of its person. */
  scopes: readonly string[] | null
  amr: readonly string[]
  /** An administrator, in the place of the person. */
  impersonatorId?: string
}

export const askSignUp = (deps: AskDeps, cause: Cause, data: SignUpAsked): Promise<Asked> =>
  ask(deps, 'sign_up', cause, data)

/** Whether anything is asked before a sign-up, for who must read something first. */
export const isSignUpAsked = async (deps: AskDeps): Promise<boolean> =>
  (await actionsInForce(deps, 'sign_up')).length > 0

/** `cause`: null for a refresh of which nothing is known but its token. */
export const askTokenIssue = (deps: AskDeps, cause: Cause | null, data: TokenAsked): Promise<Asked> =>
  ask(deps, 'token_issue', cause, data)

const allowed = (added: AddedClaims): Asked => added as Asked // the brand has no value
const NOTHING_TO_ASK = allowed({ claims: {}, idTokenClaims: {} })

/**
 * Every action of the trigger must allow it. They are asked at the same time, and their claims are put together. Without an
 * action it costs a look into the memory. Throws `action.denied` and `action.unavailable`.
 */
async function ask(
  deps: AskDeps,
  trigger: 'sign_up' | 'token_issue',
  cause: Cause | null,
  data: SignUpAsked | TokenAsked,
): Promise<Asked> {
  const actions = await actionsInForce(deps, trigger)
  if (actions.length === 0) return NOTHING_TO_ASK
  const { decide } = await import('./decide.ts')
  return allowed(await decide(deps, actions, cause, data))
}
