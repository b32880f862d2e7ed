import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { JWKS_MAX_AGE_SECONDS } from './key-ring.ts'
import { JsonWebKeySet } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'keys', normalize: false }).use(access(deps)).get(
    '/.well-known/jwks.json',
    ({ set }) => {
      set.headers['cache-control'] = `public, max-age=${JWKS_MAX_AGE_SECONDS}`
      return deps.keys.jwks()
    },
    {
      public: true,
      response: { 200: JsonWebKeySet },
      detail: {
        tags: ['Keys'],
        summary: 'Keys that verify access tokens',
        description:
          'RFC 7517. A new key stands here for ten minutes before it signs, an old one until its last token has expired.',
        operationId: 'getJwks',
      },
    },
  )
