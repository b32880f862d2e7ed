import { problem } from '../../errors.ts'
import type { Fault } from './client-terms.ts'

/** Where a fault is in the client of the API, as a JSON Pointer. */
export const errorsOf = (faults: readonly Fault[]): { path: string; message: string }[] =>
  faults.map(({ field, at, expected }) => ({
    path: at === undefined ? `/${field}` : `/${field === 'jwks' ? 'jwks/keys' : field}/${at}`,
    message: expected,
  }))

export const invalid = (faults: readonly Fault[]) => problem('request.invalid', { errors: errorsOf(faults) })
