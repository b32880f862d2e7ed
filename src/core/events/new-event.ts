import type { Deps } from '../../deps.ts'
import type { EventType } from '../../declared.ts'
import type { Cause, NewEvent } from './queries.ts'

type EventDetails = Partial<Pick<NewEvent, 'userId' | 'sessionId' | 'actorId' | 'orgId' | 'result'>> & {
  data?: NewEvent['data']
}

/**
 * Makes an event with the current time. `cause` says who asked and from where. `data` must hold no secret and no
 * personal data.
 */
export function newEvent(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  { by: _by, requireFresh: _requireFresh, ...cause }: Cause,
  type: NewEvent['type'],
  { data = {}, ...details }: EventDetails,
): NewEvent {
  return {
    id: random.id('evt'),
    at: clock.now(),
    type,
    result: 'success',
    userId: null,
    sessionId: null,
    ...cause,
    ...details,
    data,
  }
}

/**
 * The cause of events without an HTTP request, from jobs and the command line. The operator of the machine needs no
 * session.
 */
export const systemCause: Cause = {
  by: 'operator',
  actorId: null,
  orgId: null,
  actingFor: null,
  requestId: null,
  address: null,
  userAgent: null,
  requireFresh: () => {},
}

/** An event that no HTTP request caused. */
export const systemEvent = (deps: Pick<Deps, 'clock' | 'random'>, type: EventType, data: NewEvent['data']): NewEvent =>
  newEvent(deps, systemCause, type, { data })
