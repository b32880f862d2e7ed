import { Type } from '@sinclair/typebox'

const points = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] })
const widened = (description: string) => Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description })

export const RateLimits = Type.Object(
  {
    enabled: Type.Boolean({ description: 'RATE_LIMIT. If false, no request is limited.', examples: [true] }),
    store: Type.Union([Type.Literal('memory'), Type.Literal('database'), Type.Literal('redis')], {
      description:
        'Where points are counted. memory: in the only process. database, redis: for all processes together. While such a store is down, each process counts by itself, so no limit is off.',
      examples: ['memory'],
    }),
    storeAnswers: Type.Boolean({
      description: 'False while the shared store is down or refuses us.',
      examples: [true],
    }),
    budgets: Type.Array(
      Type.Object({
        name: Type.String({
          description: 'As in the header `RateLimit`. It says what is counted.',
          examples: ['sign-up:address'],
        }),
        feature: Type.String({ description: 'The part of the server that it protects.', examples: ['sign-up'] }),
        points: points('The points of one window.', 100),
        seconds: points('The length of a window.', 3600),
        site: widened('The points of an IPv6 /48, of a budget of addresses.'),
        shared: widened('The points of an address that many clients share, of a budget of addresses.'),
        variable: Type.Union([Type.String(), Type.Null()], {
          description: 'The variable of the environment that changes it. Null: it is part of the release.',
          examples: [null],
        }),
      }),
    ),
  },
  { title: 'RateLimits' },
)
