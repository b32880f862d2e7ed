import { Elysia } from 'elysia'
import type { CauseOf } from './cause.ts'

const unset: CauseOf = () => {
  throw new Error('the request has not begun: is the requests plugin in the app?')
}

/** The context of every handler, in addition to the framework's own. `requests` fills it before routing. */
export const requestContext = () =>
  new Elysia({ name: 'request-context' }).decorate('requestId', '').decorate('cause', unset)
