/** Sends the question to each action and puts their decisions together. Loaded once there is an action. */
import { openHookSecret } from '../../core/hooks/secrets.ts'
import { sendHook } from '../../core/hooks/send.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { oncePer } from '../../lib/once-per.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import type { AskDeps, SignUpAsked, TokenAsked } from './ask-actions.ts'
import { type AddedClaims, type Decision, decisionOf, faultOf, MAX_ANSWER_BYTES } from './decision.ts'
import type { ActionRow } from './queries.ts'

/** A program that hangs holds so many requests at most. Those after them fail at once. */
const MAX_WAITING = 200
const RETRY_AFTER_SECONDS = 5
/** Of the same event about the same person, so that a client that tries again and again fills no log. */
const NOTED_EVERY_MS = 60_000

/** What one process knows of its questions. */
const stateOf = oncePer((_principals: AskDeps['principals']) => ({
  waiting: new Map<string, number>(),
  noted: createRecentMap<number>(2000),
}))

export interface Answered {
  decision: Decision
  status: number | undefined
  tookMs: number
}

/** One signed request. Never throws for what the program does. */
export async function askOne(
  deps: AskDeps,
  action: ActionRow,
  cause: Cause | null,
  data: SignUpAsked | TokenAsked,
): Promise<Answered> {
  const failed = (why: string): Answered => ({ decision: { outcome: 'failed', why }, status: undefined, tookMs: 0 })
  const { waiting } = stateOf(deps.principals)
  const before = waiting.get(action.id) ?? 0
  if (before >= MAX_WAITING) return failed('too many requests wait for it')
  const now = deps.clock.now()
  const secrets = await secretsOf(deps, action, now)
  if (secrets === undefined) return failed('its secret cannot be read with this APP_SECRET')
  const id = deps.random.id('ask')
  waiting.set(action.id, (waiting.get(action.id) ?? 0) + 1)
  try {
    const sent = await sendHook(deps, {
      url: action.url,
      secrets,
      id,
      body: JSON.stringify({
        id,
        type: `action.${action.trigger}`,
        at: iso(now),
        data: {
          ...data,
          address: cause?.address ?? null,
          userAgent: cause?.userAgent ?? null,
          locale: cause?.locale ?? null,
        },
      }),
      timeoutMs: action.timeoutMs,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    })
    if (sent.kind === 'failed') return { ...failed(sent.message), tookMs: sent.tookMs }
    return { decision: decisionOf(sent.status, sent.body), status: sent.status, tookMs: sent.tookMs }
  } finally {
    const left = (waiting.get(action.id) ?? 1) - 1
    if (left === 0) waiting.delete(action.id)
    else waiting.set(action.id, left)
  }
}

async function secretsOf(
  deps: AskDeps,
  { id, secret, previousSecret, previousUntil }: ActionRow,
  now: number,
): Promise<[string, ...string[]] | undefined> {
  const current = await openHookSecret(deps, secret, id)
  if (current === undefined) return undefined
  if (previousSecret === null || previousUntil === null || previousUntil <= now) return [current]
  const earlier = await openHookSecret(deps, previousSecret, id)
  return earlier === undefined ? [current] : [current, earlier]
}

/** A denial wins over everything, and a failure that denies over every permission. Throws `action.denied`, `action.unavailable`. */
export async function decide(
  deps: AskDeps,
  actions: readonly ActionRow[],
  cause: Cause | null,
  data: SignUpAsked | TokenAsked,
): Promise<AddedClaims> {
  const answers = await Promise.all(
    actions.map(async (action) => ({ action, ...(await askOne(deps, action, cause, data)) })),
  )
  let added: AddedClaims = { claims: {}, idTokenClaims: {} }
  let denied: { reason: string | undefined } | undefined
  let unavailable: string | undefined
  for (const { action, decision } of answers) {
    if (decision.outcome === 'allow')
      added = {
        claims: { ...added.claims, ...decision.claims },
        idTokenClaims: { ...added.idTokenClaims, ...decision.idTokenClaims },
      }
    else if (decision.outcome === 'deny') {
      await note(deps, cause, 'action.denied', action, data)
      denied ??= { reason: decision.reason }
    } else {
      deps.log.warning('an action failed', { action: action.id, reason: decision.why, decided: action.onFailure })
      await note(deps, cause, 'action.failed', action, data, decision.why)
      if (action.onFailure === 'deny') unavailable ??= decision.why
    }
  }
  if (denied !== undefined) throw problem('action.denied', denied.reason === undefined ? {} : { detail: denied.reason })
  const fault = faultOf(added)
  if (fault !== undefined) unavailable ??= `together: ${fault}`
  if (unavailable !== undefined)
    throw problem('action.unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: new Error(unavailable) })
  return added
}

/** Writes the event, at most once a minute for one action and one person. A failure to write it decides nothing. */
async function note(
  deps: AskDeps,
  cause: Cause | null,
  type: 'action.denied' | 'action.failed',
  { id, trigger, onFailure }: ActionRow,
  data: SignUpAsked | TokenAsked,
  why?: string,
): Promise<void> {
  const { noted } = stateOf(deps.principals)
  const now = deps.clock.now()
  const userId = 'userId' in data ? data.userId : null
  // A program that fails does so for everybody.
  const key = type === 'action.failed' ? id : `${id} ${userId ?? cause?.address}`
  const last = noted.get(`${type} ${key}`)
  if (last !== undefined && Math.abs(now - last) < NOTED_EVERY_MS) return
  noted.set(`${type} ${key}`, now)
  const event = newEvent(deps, cause ?? systemCause, type, {
    ...(userId === null ? {} : { userId }),
    result: 'failure',
    data: { action: id, trigger, ...(why === undefined ? {} : { reason: why, decided: onFailure }) },
  })
  try {
    await commit(deps, [noteEvent(deps.db, event)])
  } catch (error) {
    deps.log.warning('the event of an action was not written', { action: id, cause: error })
  }
}
