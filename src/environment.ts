/** The environment variables that the features declare. `.env.example` is generated from this. */
import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { Variable } from './core/feature.ts'
import { together, type VariableName, type Variables } from './declared.ts'

export type { Variables }

const schemaOf = (variable: Variable): TSchema =>
  variable.default === undefined ? Type.Optional(requiredSchema(variable)) : requiredSchema(variable)

function requiredSchema(variable: Variable): TSchema {
  if ('oneOf' in variable) {
    const { oneOf, ...options } = variable
    return Type.Union(
      oneOf.map((choice) => Type.Literal(choice)),
      options,
    )
  }
  const { type, ...options } = variable
  return type === 'integer' ? Type.Integer(options) : Type.String(options)
}

/** Its static type is `Variables`. */
export const Environment = Type.Object(
  Object.fromEntries(
    Object.entries<Variable>(together('variables')).map(([name, variable]) => [name, schemaOf(variable)]),
  ),
) as TObject<Record<VariableName, TSchema>> // the declared names
