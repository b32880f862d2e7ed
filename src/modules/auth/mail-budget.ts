import type { Deps } from '../../deps.ts'

/**
 * Whether one more mail may go to this recipient; takes a point. For what anyone can ask for: false is not told to who
 * asks, the mail is left out and the answer is the same, or it would tell who has just had mail. Ask whether there is such
 * an account or not. Who asks too often is told (429): `limitAddress(deps, 'mail:address', cause(), set.headers)` on the
 * route, before anything else.
 */
export async function mayMail({ limiter }: Pick<Deps, 'limiter'>, emailKey: string): Promise<boolean> {
  return (await limiter.take('mail:recipient', emailKey)).allowed
}
