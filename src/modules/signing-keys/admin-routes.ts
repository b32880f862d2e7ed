/** The signing keys, for administrators: their ages, a new one, and the end of one that others may know. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { iso } from '../../lib/iso-time.ts'
import { listSigningKeys } from './list-keys.ts'
import { KeyParams, RevokedKey, RotatedKey, RotateKey, SigningKeys } from './schema.ts'

const tags = ['Keys']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'signing-keys', prefix: '/v1/signing-keys', normalize: false })
    .use(access(deps))
    .get('/', async () => ({ items: await listSigningKeys(deps), nextCursor: null }), {
      requires: 'signing-keys:read',
      response: { 200: SigningKeys, ...failures() },
      detail: {
        tags,
        operationId: 'listSigningKeys',
        summary: 'List the signing keys with their ages',
        description: 'By algorithm, oldest first. Keys that ended are kept for a month. No private half is shown.',
      },
    })
    .post(
      '/rotate',
      async ({ body: { alg }, cause, actor }) => {
        const by = cause(actor)
        by.requireFresh()
        const { id, activeAt } = await deps.keys.rotate(alg, by)
        return { id, alg, activeAt: iso(activeAt) }
      },
      {
        requires: 'signing-keys:write',
        body: RotateKey,
        response: { 200: RotatedKey, ...failures('auth.fresh_session_required', 'request.invalid') },
        detail: {
          tags,
          operationId: 'rotateSigningKey',
          summary: 'Publish a new signing key',
          description:
            'The new key signs ten minutes later, when every verifier has read it. No session ends. While a new key waits, the answer is that key.',
        },
      },
    )
    .post(
      '/:id/revoke',
      async ({ params: { id }, cause, actor }) => {
        const by = cause(actor)
        by.requireFresh()
        return await deps.keys.revoke(id, by)
      },
      {
        requires: 'signing-keys:write',
        params: KeyParams,
        response: { 200: RevokedKey, ...failures('key.not_found', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'revokeSigningKey',
          summary: 'End a signing key that others may know',
          description:
            'For a key whose private half may be known to others. Every token of the key is refused at once, and another key signs. Signed API keys of it must be issued anew. No session ends: apps refresh their access tokens. To change a key that is still secret, rotate it.',
        },
      },
    )
