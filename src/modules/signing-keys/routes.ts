import type { Static } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { revalidatedJson, sharedCaching } from '../../http/shared-caching.ts'
import type { PublicJwk } from '../../lib/key-ring.ts'
import { JWKS_MAX_AGE_SECONDS, JWKS_SHARED_SECONDS, JWKS_STALE_SECONDS, SIGNING_ALGS } from './key-ring.ts'
import { JsonWebKeySet } from './schema.ts'

const CACHING = sharedCaching({
  maxAge: JWKS_MAX_AGE_SECONDS,
  shared: JWKS_SHARED_SECONDS,
  stale: JWKS_STALE_SECONDS,
})

/**
 * The first key of an algorithm signs as soon as it is made, and each later one ten minutes after its publication. So caches may keep
 * the set when every algorithm has its first key.
 */
const cachingOf = (keys: readonly PublicJwk[]): string =>
  SIGNING_ALGS.every((alg) => keys.some((key) => key.alg === alg && key.only === undefined)) ? CACHING : 'no-cache'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'keys', normalize: false }).use(access(deps)).get(
    '/.well-known/jwks.json',
    async ({ request, set }) => {
      const { keys } = await deps.keys.jwks()
      const jwks = { keys } as Static<typeof JsonWebKeySet> // `PublicJwk` is the union of these three
      return revalidatedJson({ request, set }, jwks, cachingOf(keys))
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
