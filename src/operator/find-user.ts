/** How commands name a user: by id or e-mail. */
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { accountKey } from '../modules/users/account-key.ts'
import { userById, userIdByEmail, type UserRow } from '../modules/users/queries.ts'
import { UserId } from '../modules/users/schema.ts'

export const IdOrEmail = Type.String({ minLength: 1, maxLength: 320, description: 'Id or e-mail.' })

/** The id of a user. Whether a given id exists is not asked. Throws `user.not_found`. */
export async function userIdOf({ db }: Pick<Deps, 'db'>, user: string): Promise<string> {
  const id = Value.Check(UserId, user) ? user : (await userIdByEmail(db, await accountKey(db, user)))[0]?.id
  if (id === undefined) throw problem('user.not_found')
  return id
}

/** Throws `user.not_found`. */
export async function findUser(deps: Pick<Deps, 'db'>, user: string): Promise<UserRow> {
  const [found] = await userById(deps.db, await userIdOf(deps, user))
  if (!found) throw problem('user.not_found')
  return found
}
