import { Type } from '@sinclair/typebox'

export type Metadata = Record<string, unknown>

/** UTF-8 bytes of each object as JSON without white space. */
export const MAX_METADATA_BYTES = 8192
/** Characters of a value by which a list can be filtered. */
export const MAX_FILTERED_LENGTH = 200

const object = (description: string, example: Record<string, unknown>) =>
  Type.Record(Type.String(), Type.Unknown(), { description, examples: [example] })
export const PublicMetadata = object('JSON that the user can read and only administrators can write.', { plan: 'pro' })
export const PrivateMetadata = object(
  'JSON that only administrators can write. The person does not see it, except in GET /v1/me/export.',
  { crmId: 4711 },
)

const patch = (of: string) =>
  `A JSON merge patch (RFC 7396) of the ${of} metadata: null removes a field, objects are merged, lists and other values are replaced. At most 8192 bytes after the change.`
export const PublicPatch = object(patch('public'), { plan: 'pro', trialEndsAt: null })
export const PrivatePatch = object(patch('private'), { crmId: 4711 })
