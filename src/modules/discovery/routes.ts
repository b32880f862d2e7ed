import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { stateless } from '../../http/responses.ts'
import { revalidatedJson, sharedCaching } from '../../http/shared-caching.ts'
import { storageProblem } from '../../lib/database-errors.ts'
import { SIGNING_ALGS } from '../signing-keys/key-ring.ts'
import { ownApiMetadata, serverMetadata } from './metadata.ts'
import { detailTypes } from './queries.ts'
import { ProtectedResource, ServerMetadata } from './schema.ts'

const tags = ['OAuth']
const CACHING = sharedCaching({ maxAge: 3600, shared: 300, stale: 3600 })

export const routes = (deps: Deps) => {
  /** One round trip. A client that reads it reads the JWKS next, so the first key of each algorithm is made now. */
  const metadata = async (asked: Parameters<typeof revalidatedJson>[0]) => {
    const [types, areMade] = await Promise.all([detailTypes(deps.db), makeFirstKeys(deps)])
    const document = serverMetadata(
      deps.config,
      types.map(({ type }) => type),
    )
    return revalidatedJson(asked, document, areMade ? CACHING : 'no-cache')
  }
  return new Elysia({ name: 'discovery', normalize: false })
    .use(access(deps))
    .get('/.well-known/openid-configuration', async ({ request, set }) => metadata({ request, set }), {
      public: true,
      response: { 200: ServerMetadata },
      detail: {
        tags,
        operationId: 'getOpenIdConfiguration',
        summary: 'Describe the OpenID provider',
        description:
          'OpenID Connect Discovery 1.0 §4. Most clients need the issuer alone and find this document by it.',
      },
    })
    .get('/.well-known/oauth-authorization-server', async ({ request, set }) => metadata({ request, set }), {
      public: true,
      response: { 200: ServerMetadata },
      detail: {
        tags,
        operationId: 'getAuthorizationServerMetadata',
        summary: 'Describe the authorization server',
        description: 'RFC 8414 §3. The same document as /.well-known/openid-configuration.',
      },
    })
    .get(
      '/.well-known/oauth-protected-resource',
      ({ request, set }) => revalidatedJson({ request, set }, ownApiMetadata(deps.config), CACHING),
      {
        public: true,
        response: { 200: ProtectedResource },
        detail: {
          tags,
          ...stateless,
          operationId: 'getProtectedResourceMetadata',
          summary: 'Describe this API as a protected resource',
          description: 'RFC 9728 §3: which tokens this API accepts, and where a client gets them.',
        },
      },
    )
}

/**
 * False while no key can be stored. The description is still true, because the first ID token makes its key. But no cache keeps it, so
 * that the next reader makes the keys.
 */
async function makeFirstKeys({ keys }: Deps): Promise<boolean> {
  try {
    await Promise.all(SIGNING_ALGS.map((alg) => keys.signing(alg)))
    return true
  } catch (error) {
    if (storageProblem(error) === undefined) throw error
    return false
  }
}
