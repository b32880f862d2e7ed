/** Where the faults of a problem are said: at a field, or below the form. */
import type { Problem } from './api.ts'

/** The faults that a field has taken. Fields stand before the failure of their form, so they are drawn first. */
const taken = new WeakMap<Problem, Set<string>>()

/** What the server found wrong at this place of the body. `/metadata` covers `/metadata/plan` too. */
export const faultsAt = (problem: Problem | undefined, pointer: string): string[] => {
  const found = (problem?.errors ?? []).filter(({ path }) => path === pointer || path.startsWith(`${pointer}/`))
  if (problem !== undefined && found.length > 0) {
    const paths = taken.get(problem) ?? new Set()
    for (const { path } of found) paths.add(path)
    taken.set(problem, paths)
  }
  return [...new Set(found.map(({ message }) => message))]
}

/** The sentences that no field says, each once, with their place in words: `redirectUris 2`. */
export function faultsLeft(problem: Problem): { place: string; message: string }[] {
  const isLeft = ({ path, message }: Problem['errors'][number]) =>
    taken.get(problem)?.has(path) !== true && message !== problem.title
  const left = problem.errors.filter(isLeft).map(({ path, message }) => ({ place: inWords(path), message }))
  return [...new Map(left.map((one) => [one.place + one.message, one])).values()]
}

/** A JSON Pointer for people: `/redirectUris/0` is `redirect uris 1`. */
const inWords = (pointer: string): string =>
  pointer
    .split('/')
    .filter(Boolean)
    .map((word) => (/^\d+$/.test(word) ? String(Number(word) + 1) : word.replaceAll(/(?=[A-Z])/g, ' ').toLowerCase()))
    .join(' ')
