import { Elysia } from 'elysia'
import type { Cause } from '../modules/events/queries.ts'

/**
 * What every handler finds in its context: the id of the request, and `cause()`, who asked and from where, read only
 * when an event is written. `requests` fills both in before routing.
 */
export const requestContext = () =>
  new Elysia({ name: 'request-context' }).decorate('requestId', '').decorate('cause', (): Cause => {
    throw new Error('the request has not begun: is the requests plugin in the app?')
  })
