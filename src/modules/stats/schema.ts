import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

/** A year. Older days are not counted again, and nobody can ask for them. */
export const MOST_DAYS = 366

const count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] })

export const Stats = Type.Object(
  {
    at: Type.String({
      format: 'date-time',
      description: 'When the counts were made.',
      examples: ['2026-07-09T12:00:00.000Z'],
    }),
    totals: Type.Object(
      {
        users: count('Accounts, also disabled and anonymous ones.', 1204),
        organisations: count('Organisations that are not deleted.', 31),
        sessions: count('Sessions that are valid now.', 412),
      },
      { description: 'The counts of now. If counting takes long, those of at most a minute ago.' },
    ),
    days: Type.Array(
      Type.Object({
        date: Type.String({ format: 'date', description: 'The day, UTC.', examples: ['2026-07-09'] }),
        signIns: count('Sessions that were opened, by every kind of sign-in, and by a step-up.', 96),
        signInFailures: count('Refused sign-ins and step-ups.', 4),
        signUps: count('New accounts of persons who signed up, also with another provider.', 7),
        activeSessions: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
          description:
            'Sessions that were valid at the end of the day; of today: now. Null if nobody counted them on that day.',
          examples: [412],
        }),
      }),
      { description: 'The oldest first. The last one is today, which is not over.' },
    ),
  },
  { title: 'Stats' },
)

export const ReadStats = t.Object(
  {
    days: t.Integer({
      minimum: 1,
      maximum: MOST_DAYS,
      default: 30,
      description: 'The number of days, today included.',
    }),
  },
  { additionalProperties: false },
)
