/** In a time that tells nothing about where they differ. Their lengths are no secret. */
export function equalBytes(one: Uint8Array, two: Uint8Array): boolean {
  let difference = one.length ^ two.length
  for (let index = 0; index < two.length; index++) difference |= (one[index] ?? 0) ^ (two[index] ?? 0)
  return difference === 0
}
