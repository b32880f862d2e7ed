/** The signed-in user's passkeys. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { addPasskey, listPasskeys, nameOwnPasskey, removePasskey, startRegistration } from './own-passkeys.ts'
import { AddPasskey, NoBody, Passkey, PasskeyParams, Passkeys, RenamePasskey, StartedCreation } from './schema.ts'

const tags = ['Me']

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-passkeys', prefix: '/v1/me/passkeys', normalize: false })
    .use(access(deps))
    .get('/', ({ actor }) => listPasskeys(deps, actor.user.id), {
      actor: 'any-session',
      response: { 200: Passkeys, ...failures() },
      detail: { tags, operationId: 'listMyPasskeys', summary: 'List my passkeys' },
    })
    .post('/options', ({ actor }) => startRegistration(deps, actor), {
      actor: 'fresh-any-session',
      body: NoBody,
      response: { 200: StartedCreation, ...failures() },
      detail: {
        tags,
        operationId: 'startPasskeyRegistration',
        summary: 'Get options to add a passkey',
        description: 'For `navigator.credentials.create()`, on a device that has none of my passkeys yet.',
      },
    })
    .post(
      '/',
      async ({ actor, body, cause, set }) => {
        const passkey = await addPasskey(deps, cause(actor), actor, body)
        set.status = 201
        return passkey
      },
      {
        actor: 'fresh-any-session',
        body: AddPasskey,
        response: { 201: Passkey, ...failures('passkey.not_created', 'passkey.exists', 'passkey.too_many') },
        detail: {
          tags,
          operationId: 'addMyPasskey',
          summary: 'Add a passkey',
          description: 'A mail tells the owner. If `name` is absent, the name of the browser is used.',
        },
      },
    )
    .patch(
      '/:id',
      ({ actor, body, cause, params }) =>
        nameOwnPasskey(deps, cause(actor), actor.user.id, { id: params.id, name: body.name }),
      {
        actor: 'session',
        params: PasskeyParams,
        body: RenamePasskey,
        response: { 200: Passkey, ...failures('passkey.not_found') },
        detail: { tags, operationId: 'renameMyPasskey', summary: 'Rename a passkey' },
      },
    )
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await removePasskey(deps, cause(actor), actor.user.id, params.id)
        return noContent()
      },
      {
        actor: 'fresh-session',
        params: PasskeyParams,
        response: { 204: NoContent, ...failures('passkey.not_found', 'factor.last_way_in') },
        detail: {
          tags,
          operationId: 'removeMyPasskey',
          summary: 'Remove a passkey',
          description:
            'A password, another passkey, a linked identity or a verified e-mail address must remain as a way in. A mail tells the owner.',
        },
      },
    )
