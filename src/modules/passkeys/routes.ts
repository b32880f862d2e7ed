/** What browsers ask of a site whose passkeys are used elsewhere too. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, stateless } from '../../http/responses.ts'
import { relatedOrigins } from '../../lib/relying-party.ts'

const RelatedOrigins = Type.Object(
  { origins: Type.Array(Type.String({ format: 'uri', examples: ['https://shop.example'] })) },
  { title: 'RelatedOrigins' },
)

export const passkeys = (deps: Deps) =>
  new Elysia({ name: 'passkeys', normalize: false })
    .use(access(deps))
    .get('/.well-known/webauthn', () => ({ origins: relatedOrigins(deps.config) }), {
      public: true,
      response: { 200: RelatedOrigins, ...failures() },
      detail: {
        ...stateless,
        tags: ['Auth'],
        operationId: 'relatedOrigins',
        summary: 'Other sites that may use our passkeys',
        description: 'PASSKEY_ORIGINS outside RP_ID (WebAuthn Level 3, §5.11).',
      },
    })
