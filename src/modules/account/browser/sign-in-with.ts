import { type Answer, send } from '../../../browser/api.ts'

/** A new session in the place of one that ended with the change of the password. `mfa_required`: the sign-in page goes on. */
export const signInWith = (email: string, password: string): Promise<Answer<{ status?: string }>> =>
  send({ method: 'POST', path: '/v1/auth/sign-in', body: { email, password, useCookie: true } })
