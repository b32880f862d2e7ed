import { type Asked, type AskDeps, askTokenIssue } from '../actions/ask-actions.ts'
import type { OpenedSession } from './open-session.ts'

type AboutSession = Pick<OpenedSession, 'sessionId' | 'kind' | 'amr' | 'impersonatorId' | 'cause'> & {
  user: { id: string }
  org: { id: string } | null
}

/** Asks the actions of the operator about the token, or the cookie, of a session. Throws `action.denied`, `action.unavailable`. */
export const askForSession = (
  deps: AskDeps,
  { sessionId, kind, user, org, amr, impersonatorId, cause }: AboutSession,
): Promise<Asked> =>
  askTokenIssue(deps, cause, {
    kind: kind === 'cookie' ? 'cookie' : 'session',
    userId: user.id,
    sessionId,
    clientId: null,
    orgId: org?.id ?? null,
    audience: deps.config.appUrl,
    scopes: null,
    amr,
    ...(impersonatorId === null ? {} : { impersonatorId }),
  })
