/** In place of `Function` in the framework and the schema compiler while the build asks what they generate. */
export const recorded: string[][] = []

export function generated(...source: string[]): unknown {
  recorded.push(source)
  return Function(...source)
}
