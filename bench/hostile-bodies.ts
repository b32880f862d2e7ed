/** Bodies that are expensive to check. */

const MEBIBYTE = 1_048_576
const fields = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1])))

/** Bodies of 1 MiB, the maximum of a route. They were the most expensive ones for the earlier code. */
const LARGE = [
  fields(90_000),
  `{"users":[${'0,'.repeat(500_000)}0]}`,
  `{"users":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
  `{"users":[{"email":"${'\\"'.repeat(500_000)}"}]}`,
].map((body) => body.slice(0, MEBIBYTE - 1))

/** Bodies of 16 KiB, which any route accepts. */
const SMALL = [
  fields(1_400),
  `{"email":[${'0,'.repeat(8_000)}0]}`,
  `{"email":${'['.repeat(8_000)}${']'.repeat(8_000)}}`,
  `{"email":"${'\\"'.repeat(8_000)}"}`,
].map((body) => body.slice(0, 16_383))

export const hostileBodies = { large: LARGE, small: SMALL }
export type HostileSize = keyof typeof hostileBodies
