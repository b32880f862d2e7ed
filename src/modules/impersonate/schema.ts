import { type Static, Type } from '@sinclair/typebox'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'

/** One hour. */
export const MAX_SECONDS = 3600
export const DEFAULT_SECONDS = 900

export const Impersonate = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: HAS_VISIBLE_TEXT,
      description: 'Why, for the audit log. Write no personal data: the audit log keeps it.',
      examples: ['Ticket 4711: the invoice page is empty'],
    }),
    ttlSeconds: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: MAX_SECONDS,
        description: 'Seconds after which the session ends. Absent: 900.',
        examples: [DEFAULT_SECONDS],
      }),
    ),
    useCookie: Type.Optional(
      Type.Boolean({
        description:
          'For browsers: the session is a cookie, in place of the one that the browser had. The body has no tokens. Default: false.',
        examples: [false],
      }),
    ),
  },
  { additionalProperties: false, title: 'Impersonate' },
)
export type Impersonate = Static<typeof Impersonate>
