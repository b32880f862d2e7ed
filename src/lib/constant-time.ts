/** Compares bytes in a time that does not depend on where they differ. Their lengths are not secret. */
export function equalBytes(one: Uint8Array, two: Uint8Array): boolean {
  let difference = one.length ^ two.length
  for (let index = 0; index < two.length; index++) difference |= (one[index] ?? 0) ^ (two[index] ?? 0)
  return difference === 0
}
