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
        code: Type.String({ description: 'Stable; decide by this.', examples: ['proxy.not_trusted'] }),
        message: Type.String({
          description: 'What is wrong, and which variable mends it.',
          examples: [warnings['proxy.not_trusted']],
        }),
      }),
      {
        description:
          'What works, but not as meant: requests are served all the same. Noticed since the start, and said in the log too.',
      },
    ),
  },
  { title: 'Ready' },
)
