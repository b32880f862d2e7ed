import { Type } from '@sinclair/typebox'
import { warnings } from '../../lib/warnings.ts'

const Ok = Type.Literal('ok')

export const Alive = Type.Object({ status: Ok }, { title: 'Alive' })
export const Ready = Type.Object(
  {
    status: Ok,
    checks: Type.Object({ database: Ok, migrations: Ok, keys: Ok }),
    warnings: Type.Array(
      Type.Object({
        code: Type.String({
          description: 'A stable code. Use it to tell warnings apart.',
          examples: ['proxy.not_trusted'],
        }),
        message: Type.String({
          description: 'The problem, and the variable that solves it.',
          examples: [warnings['proxy.not_trusted']],
        }),
      }),
      {
        description:
          'Problems that do not stop the server from serving requests, found since it started. The log contains them too.',
      },
    ),
  },
  { title: 'Ready' },
)
