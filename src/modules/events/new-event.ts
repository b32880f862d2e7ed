import type { Deps } from '../../deps.ts'
import type { Cause, EventType, NewEvent } from './queries.ts'

type EventDetails = Partial<Pick<NewEvent, 'userId' | 'sessionId' | 'actorId' | 'result'>> & { data?: NewEvent['data'] }

/** An event of this moment. `cause` says who asked and from where; `data` must hold no secret and no personal data. */
export function newEvent(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  cause: Cause,
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

/** What nobody asked for over HTTP: jobs and the command line. */
export const systemEvent = (deps: Pick<Deps, 'clock' | 'random'>, type: EventType, data: NewEvent['data']): NewEvent =>
  newEvent(deps, { actorId: null, requestId: null, address: null, userAgent: null }, type, { data })
