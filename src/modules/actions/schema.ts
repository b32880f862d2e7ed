import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { rotateSecretBody } from '../../core/rotation/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import { iso } from '../../lib/iso-time.ts'

/** The most time that a program gets. A person waits for it. */
export const MAX_TIMEOUT_MS = 2000

export const ActionId = Type.String({
  pattern: '^act_[0-9a-f]{32}$',
  examples: ['act_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Trigger = Type.Union([Type.Literal('sign_up'), Type.Literal('token_issue')], {
  description:
    'sign_up: before a person makes an account. token_issue: before a session begins or goes on with a new token, and before a client gets a token.',
})
const Url = Type.String({
  minLength: 1,
  maxLength: 2000,
  description: 'An https URL of a public host. It gets a POST, and redirects are not followed.',
  examples: ['https://hooks.example.com/before-sign-up'],
})
const Name = Type.String({ maxLength: 100, description: 'For people.', examples: ['Only addresses of our customers'] })
const OnFailure = Type.Union([Type.Literal('deny'), Type.Literal('allow')], {
  description:
    'What happens if the program does not answer in time, or answers anything but a decision. deny: 503 for the person. allow: as if there were no action.',
})
const TimeoutMs = Type.Integer({ minimum: 100, maximum: MAX_TIMEOUT_MS, examples: [2000] })
const Enabled = Type.Boolean({ description: 'false: it is not asked.' })
const Secret = Type.String({
  description: 'It verifies `webhook-signature` (Standard Webhooks). It is shown only here.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='],
})

const fields = {
  id: ActionId,
  trigger: Trigger,
  url: Url,
  name: Name,
  enabled: Enabled,
  onFailure: OnFailure,
  timeoutMs: TimeoutMs,
  previousSecretUntil: Type.Optional({
    ...Timestamp,
    description: 'Until then requests are signed by the earlier secret too.',
  }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
}

export const Action = Type.Object(fields, { title: 'ActionSettings', 'x-headers': ['ETag'] })
export type Action = Static<typeof Action>

export const CreatedAction = Type.Object(
  { ...fields, secret: Type.Optional(Secret) },
  { title: 'CreatedAction', 'x-headers': ['ETag'] },
)

export const ActionList = Type.Object(
  {
    items: Type.Array(Action),
    nextCursor: Type.Null({ description: 'The list is complete.', examples: [null] }),
  },
  { title: 'ActionList' },
)

/** Without the word `default`: with it, Elysia makes a body of its own, and a text or the key `__proto__` passes for an object. */
export const CreateAction = Type.Object(
  {
    trigger: Trigger,
    url: Url,
    name: Type.Optional(Name),
    enabled: Type.Optional(Enabled),
    onFailure: Type.Optional(OnFailure),
    timeoutMs: Type.Optional(TimeoutMs),
  },
  { additionalProperties: false, title: 'CreateAction' },
)
export type CreateAction = Static<typeof CreateAction>

export const UpdateAction = Type.Object(
  {
    url: Type.Optional(Url),
    name: Type.Optional(Name),
    enabled: Type.Optional(Enabled),
    onFailure: Type.Optional(OnFailure),
    timeoutMs: Type.Optional(TimeoutMs),
  },
  { additionalProperties: false, minProperties: 1, title: 'UpdateAction' },
)
export type UpdateAction = Static<typeof UpdateAction>

export const RotateSecret = rotateSecretBody('RotateActionSecret')

export const ActionTest = Type.Object(
  {
    outcome: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('failed')], {
      description: 'What the program decided about a made-up request.',
    }),
    reason: Type.Optional(
      Type.String({ description: 'The reason of a denial, or why there was no decision.', examples: ['Not invited'] }),
    ),
    claims: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'For access tokens, of `token_issue`.' }),
    ),
    idTokenClaims: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'For ID tokens, of `token_issue`.' }),
    ),
    status: Type.Optional(Type.Integer({ description: 'HTTP status. Absent: no answer.', examples: [200] })),
    tookMs: Type.Integer({ examples: [41] }),
  },
  { title: 'ActionTest' },
)

export const ActionParams = t.Object({ id: ActionId })
export const IfMatchAction = t.Object(ifMatch('action'))

interface ActionFields extends Omit<Action, 'previousSecretUntil' | 'createdAt' | 'updatedAt'> {
  previousUntil: number | null
  createdAt: number
  updatedAt: number
}

export const toAction = (row: ActionFields, now: number): Action => ({
  id: row.id,
  trigger: row.trigger,
  url: row.url,
  name: row.name,
  enabled: row.enabled,
  onFailure: row.onFailure,
  timeoutMs: row.timeoutMs,
  ...(row.previousUntil === null || row.previousUntil <= now ? {} : { previousSecretUntil: iso(row.previousUntil) }),
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
})
