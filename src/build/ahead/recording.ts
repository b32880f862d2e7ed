/** In place of `Function` in the framework and the schema compiler while the build asks what they generate. */

/** What was generated, by the name of the feature for which it was. */
export const recorded: Record<string, string[][]> = {}
let current: string[][] = []

/** What is generated from now on is of this feature. */
export function recordFor(name: string): void {
  current = recorded[name] ?? []
  recorded[name] = current
}

export function generated(...source: string[]): unknown {
  current.push(source)
  return Function(...source)
}
