/** Every operation of every feature. Set-up is apart: a server has it once, and first. */
import { contracts } from '../../support/contracts.ts'
import type { Operation } from './operation.ts'

const [first, ...more] = [...contracts.values()].flatMap(({ roundTrips }) => roundTrips)
if (first === undefined) throw new Error('no feature has an operation: see test/support/contracts.ts')

export const setUp: Operation = first
/** In the order of the table. Any of them may be asked any number of times. */
export const operations: readonly Operation[] = more
