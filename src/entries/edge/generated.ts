/**
 * Functions that the framework and the schema compiler generate, made by the build: Workers generate no code after their
 * start. The build puts `generated` in the place of `Function` in both (`build/ahead`).
 */
import { commonSource, type Given } from './common-source.ts'

export type Generated = (given: Given, ...others: never[]) => unknown

/** What is generated for requests that are for no feature has this name. */
export const NO_FEATURE = ''

const known = new Map<string, Generated>()

/** From now on `generated` finds these functions, by `keyOf` their common source. */
export function addGenerated(functions: Readonly<Record<string, Generated>>): void {
  for (const [key, made] of Object.entries(functions)) known.set(key, made)
}

/** As `Function(...)`: the last argument is the body, the others name the parameters. */
export function generated(...written: string[]): (...given: never[]) => unknown {
  const { source, given } = commonSource(written)
  const made = known.get(keyOf(source))
  if (made === undefined)
    throw new Error(`the build generated no such function: (${written.slice(0, -1)}) ${written.at(-1)?.slice(0, 500)}`)
  return (...others) => made(given, ...others)
}

/** 53 bits of the source (cyrb53) and its length; the build refuses two functions of one key. */
export function keyOf(source: readonly string[]): string {
  const text = source.join('\0')
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return `${(4294967296 * (2097151 & low) + (high >>> 0)).toString(36)}-${text.length}`
}
