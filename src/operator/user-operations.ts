/** The operations behind `cli users show`, `set-roles`, `reset-password` and `delete`. */
import { type Static, Type } from '@sinclair/typebox'
import { systemCause } from '../core/events/new-event.ts'
import { ROLE_NAME } from '../core/permissions.ts'
import type { Deps } from '../deps.ts'
import { iso } from '../lib/iso-time.ts'
import { makeResetLink } from '../modules/passwords/make-reset-link.ts'
import { requestProof } from '../modules/proofs/request-proof.ts'
import { toUser, type User } from '../modules/users/schema.ts'
import { deleteUser, updateUser } from '../modules/users/service.ts'
import { findUser, IdOrEmail } from './find-user.ts'
import { parse } from './parse-input.ts'

const OneUser = Type.Object({ user: IdOrEmail }, { additionalProperties: false })
const UserRoles = Type.Object(
  {
    user: IdOrEmail,
    roles: Type.Array(Type.String({ pattern: ROLE_NAME }), { minItems: 1, maxItems: 20, uniqueItems: true }),
  },
  { additionalProperties: false },
)
const PasswordReset = Type.Object(
  {
    user: IdOrEmail,
    /** Make a link and send no mail. */
    link: Type.Boolean(),
  },
  { additionalProperties: false },
)

export type ResetItem = { user: User; mailTo: string } | { user: User; link: string; expiresAt: string }

/** The input and the items of each operation. */
export interface UserOperations {
  'users.show': { input: Static<typeof OneUser>; item: User }
  'users.set-roles': { input: Static<typeof UserRoles>; item: User }
  'users.reset-password': { input: Static<typeof PasswordReset>; item: ResetItem }
  'users.delete': { input: Static<typeof OneUser>; item: User }
}

export const userOperations = {
  async *'users.show'(deps: Deps, input: unknown) {
    yield { item: toUser(await findUser(deps, parse(OneUser, input).user)) }
  },

  async *'users.set-roles'(deps: Deps, input: unknown) {
    const { user, roles } = parse(UserRoles, input)
    const { id } = await findUser(deps, user)
    yield { item: toUser(await updateUser(deps, systemCause, id, { roles })) }
  },

  /** Without MAIL_URL nothing is sent, so the link is the answer. */
  async *'users.reset-password'(deps: Deps, input: unknown) {
    const { user, link } = parse(PasswordReset, input)
    const found = await findUser(deps, user)
    const shown = toUser(found)
    if (!link && deps.config.mailUrl !== undefined) {
      await requestProof(deps, systemCause, 'reset-password', found.email)
      yield { item: { user: shown, mailTo: found.email } }
      return
    }
    const made = await makeResetLink(deps, systemCause, found.email)
    yield { item: { user: shown, link: made.link, expiresAt: iso(made.expiresAt) } }
  },

  async *'users.delete'(deps: Deps, input: unknown) {
    const found = await findUser(deps, parse(OneUser, input).user)
    await deleteUser(deps, systemCause, found.id)
    yield { item: toUser(found) }
  },
}
