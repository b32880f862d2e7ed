/** What a person is told about a failure, and on which step. */

import type { Deps } from '../../deps.ts'
import type { ErrorCode, Problem } from '../../errors.ts'
import type { Fault } from './form.ts'
import { en } from './messages/en.ts'
import type { MessageName, Say } from './messages/say.ts'
import type { FieldName, Notice } from './view.ts'

export interface Told {
  notice: Notice
  status: number
  headers: Readonly<Record<string, string>>
}

/** The field that each code is about. */
const FIELDS: Partial<Record<ErrorCode, FieldName>> = {
  'auth.invalid_credentials': 'password',
  'user.password_refused': 'password',
  'user.email_taken': 'email',
  'token.invalid': 'code',
  'mfa.code_invalid': 'code',
}

/** Why a password is refused, as `users/password-policy.ts` says it in English. */
export const REASONS: readonly [RegExp, Extract<MessageName, `refused.${string}`>][] = [
  [/has fewer than/, 'refused.short'],
  [/has more than/, 'refused.long'],
  [/most used/, 'refused.common'],
  [/consists mostly/, 'refused.context'],
  [/stolen/, 'refused.stolen'],
]

const isSaid = (name: string): name is Notice['message'] => name in en

export const toldOfFault = ({ field, notice: message }: Fault): Told => ({
  notice: { message, tone: 'bad', field },
  status: 422,
  headers: {},
})

export function toldOfProblem(say: Say, min: number, { code, status, options }: Problem): Told {
  const own = `say.${code}`
  const { errors = [], retryAfterSeconds, headers = {} } = options
  const reasons =
    code === 'user.password_refused'
      ? errors.map(({ message }) => {
          const reason = REASONS.find(([pattern]) => pattern.test(message))?.[1]
          return reason === undefined ? message : say(reason, { min })
        })
      : []
  return {
    notice: {
      message: isSaid(own)
        ? own
        : status === 503
          ? 'say.server.busy'
          : status < 500
            ? 'say.request.invalid'
            : 'say.server.error',
      tone: 'bad',
      field: FIELDS[code],
      reasons,
      retryAfterSeconds,
    },
    status,
    headers: {
      ...headers,
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  }
}

/** Logs a failure that the person cannot correct, as other routes do. */
export function logFailure(
  { log }: Pick<Deps, 'log'>,
  { status, code, cause }: Problem,
  fields: { requestId: string; route: string },
): void {
  if (status < 500) return
  const about = { ...fields, method: 'POST', code, cause }
  if (status === 500) log.error('request failed', about)
  else log.warning('request refused', about)
}
