import { Type } from '@sinclair/typebox'

const Ok = Type.Literal('ok')

export const Alive = Type.Object({ status: Ok }, { title: 'Alive' })
export const Ready = Type.Object(
  { status: Ok, checks: Type.Object({ database: Ok, migrations: Ok, keys: Ok }) },
  { title: 'Ready' },
)
