import { Type } from '@sinclair/typebox'

/** The body of a request that replaces a secret. */
export const rotateSecretBody = (title: string) =>
  Type.Object(
    {
      overlapUntil: Type.Optional(
        Type.String({
          format: 'date-time',
          maxLength: 40,
          description:
            'Until then, requests are signed with both secrets: at most 30 days ahead. Absent: 24 hours. The present ends the old one at once.',
          examples: ['2026-07-10T12:00:00.000Z'],
        }),
      ),
    },
    { additionalProperties: false, title },
  )
