import type { Static } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { revalidatedJson, sharedCaching } from '../../http/shared-caching.ts'
import { JWKS_MAX_AGE_SECONDS, JWKS_SHARED_SECONDS, JWKS_STALE_SECONDS } from './key-ring.ts'
import { JsonWebKeySet } from './schema.ts'

const CACHING = sharedCaching({
  maxAge: JWKS_MAX_AGE_SECONDS,
  shared: JWKS_SHARED_SECONDS,
  stale: JWKS_STALE_SECONDS,
})

export const routes = (deps: Deps) =>
  new Elysia({ name: 'keys', normalize: false }).use(access(deps)).get(
    '/.well-known/jwks.json',
    async ({ request, set }) => {
      const jwks = (await deps.keys.jwks()) as Static<typeof JsonWebKeySet> // `PublicJwk` is the union of these three
      return revalidatedJson({ request, set }, jwks, CACHING)
    },
    {
      public: true,
      response: { 200: JsonWebKeySet },
      detail: {
        tags: ['Keys'],
        summary: 'List the keys that verify tokens',
        description:
          'A JWK Set (RFC 7517). EdDSA keys verify access tokens and signed API keys. RS256, ES256 and EdDSA keys verify ID tokens. It contains a new key for ten minutes before the key signs. It contains an old key until the last token of that key has expired.',
        operationId: 'getJwks',
      },
    },
  )
