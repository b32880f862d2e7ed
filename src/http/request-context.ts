import { Elysia } from 'elysia'
import type { CauseOf } from './cause.ts'

const unset: CauseOf = () => {
  throw new Error('the request has not begun: is the requests plugin in the app?')
}

/** What every handler finds in its context besides the framework's own; `requests` fills it in before routing. */
export const requestContext = () =>
  new Elysia({ name: 'request-context' }).decorate('requestId', '').decorate('cause', unset)
