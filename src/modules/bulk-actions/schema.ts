import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { ROLE_NAME } from '../../core/permissions.ts'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { iso } from '../../lib/iso-time.ts'
import { ListUsers, Timestamp, UserId } from '../users/schema.ts'

const Action = Type.Union([
  Type.Literal('disable'),
  Type.Literal('enable'),
  Type.Literal('delete'),
  Type.Literal('end_sessions'),
  Type.Literal('reset_factors'),
  Type.Literal('add_role'),
  Type.Literal('remove_role'),
])
export type Action = Static<typeof Action>

export const MAX_USER_IDS = 1_000

const { q, status, role, username, metadata } = ListUsers.properties

/** A filter as JSON. Every criterion must hold. */
export const BulkFilter = Type.Object(
  {
    q,
    status,
    role,
    username,
    metadata,
    userIds: Type.Optional(
      Type.Array(UserId, { maxItems: MAX_USER_IDS, uniqueItems: true, description: 'Only these accounts.' }),
    ),
    createdBefore: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'Only accounts that were created before this time.',
        examples: ['2025-01-01T00:00:00.000Z'],
      }),
    ),
    all: Type.Optional(Type.Literal(true, { description: 'Every account. Only without another criterion.' })),
  },
  {
    additionalProperties: false,
    title: 'BulkFilter',
    description: 'The filters of GET /v1/users, and more. An empty filter is refused: say {"all": true}.',
    examples: [{ status: 'active', role: 'contractor' }],
  },
)
export type BulkFilter = Static<typeof BulkFilter>

export const StartBulkAction = Type.Object(
  {
    action: Action,
    role: Type.Optional(
      Type.String({ pattern: ROLE_NAME, description: 'Required for add_role and remove_role, and for no other act.' }),
    ),
    filter: BulkFilter,
    dryRun: Type.Optional(Type.Boolean({ description: 'True: change nothing, and answer how many accounts match.' })),
  },
  {
    additionalProperties: false,
    title: 'StartBulkAction',
    examples: [{ action: 'disable', filter: { status: 'active', role: 'contractor' }, dryRun: true }],
  },
)
export type StartBulkAction = Static<typeof StartBulkAction>

export const DryRun = Type.Object(
  {
    matched: Type.Integer({ description: 'How many accounts match.', examples: [42] }),
    exact: Type.Boolean({ description: 'False: there are accounts that were not looked at, so it may be more.' }),
    sample: Type.Array(Type.Object({ id: UserId, email: Type.String({ examples: ['ada@example.com'] }) }), {
      description: 'The first ten of them.',
    }),
  },
  { title: 'BulkActionDryRun' },
)
export type DryRun = Static<typeof DryRun>

export const isEnded = ({ state }: Pick<BulkAction, 'state'>): boolean => state !== 'pending' && state !== 'running'

const orNull = <S extends TSchema>(schema: S, description: string, example: string | number | null = null) =>
  Type.Union([schema, Type.Null()], { description, examples: [example] })

export const BulkActionId = Type.String({
  pattern: '^blk_[0-9a-f]{32}$',
  examples: ['blk_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
export const BulkAction = Type.Object(
  {
    id: BulkActionId,
    action: Action,
    role: orNull(Type.String(), 'The role of add_role and remove_role.'),
    filteredBy: Type.Array(Type.String(), {
      description: 'The criteria of the filter. Their values are not kept, because they may name a person.',
      examples: [['status', 'role']],
    }),
    state: Type.Union(
      [
        Type.Literal('pending'),
        Type.Literal('running'),
        Type.Literal('done'),
        Type.Literal('failed'),
        Type.Literal('cancelled'),
      ],
      { examples: ['running'] },
    ),
    reason: orNull(Type.String(), 'The code of the error that ended it, such as auth.forbidden.'),
    total: orNull(Type.Integer(), 'How many accounts matched at the start. Null: not known.', 250),
    done: Type.Integer({
      description: 'The accounts that were reached: changed, skipped and failed.',
      examples: [100],
    }),
    changed: Type.Integer({ examples: [97] }),
    skipped: Type.Integer({
      description: 'There was nothing to change, or the account was deleted meanwhile.',
      examples: [2],
    }),
    failed: Type.Integer({
      description: 'A rule refused the act: the last administrator, the last owner, an account with more rights.',
      examples: [1],
    }),
    startedBy: orNull(
      Type.String(),
      'Whose rights count. Null: the operator of the machine.',
      'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718',
    ),
    createdAt: Timestamp,
    finishedAt: orNull(Timestamp, 'When it ended.'),
  },
  { title: 'BulkAction' },
)
export type BulkAction = Static<typeof BulkAction>

export const BulkActionPage = pageOf(BulkAction, 'BulkActionPage')
export const ListBulkActions = t.Object(pageQuery, { additionalProperties: false })
export type ListBulkActions = Static<typeof ListBulkActions>
export const BulkActionParams = t.Object({ id: BulkActionId })

type Facts = Omit<BulkAction, 'skipped' | 'startedBy' | 'createdAt' | 'finishedAt'> & {
  actorId: string | null
  createdAt: number
  finishedAt: number | null
}

/** The bulk action that the API shows. */
export const toBulkAction = ({ actorId, createdAt, finishedAt, ...row }: Facts): BulkAction => ({
  ...row,
  skipped: row.done - row.changed - row.failed,
  startedBy: actorId,
  createdAt: iso(createdAt),
  finishedAt: finishedAt === null ? null : iso(finishedAt),
})
