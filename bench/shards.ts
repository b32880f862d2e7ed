/** A simulation: a hundred million users in organisations of very different size, spread over shards by the id of the organisation. */
import type { Table } from './report.ts'

const USERS = 100_000_000
const LARGEST = 1_000_000
/** The n-th largest organisation has LARGEST / n^EXPONENT members: a few large ones, and a long tail of small ones. */
const EXPONENT = 0.9
/** Of the small ones. */
const SMALLEST = 10
const VIRTUAL_SHARDS = 4_096
/** Organisations of more members than this have a row of their own in the directory. */
const LARGE = 20_000

/** Members of each organisation, the largest first, until everyone has one. */
function organisations(): number[] {
  const sizes: number[] = []
  for (let [rank, left] = [1, USERS]; left > 0; rank++) {
    const size = Math.min(left, Math.max(SMALLEST, Math.floor(LARGEST / rank ** EXPONENT)))
    sizes.push(size)
    left -= size
  }
  return sizes
}

const virtualShards = (count: number): Uint16Array =>
  Uint16Array.from({ length: count }, (_, organisation) => Bun.hash.xxHash32(`org_${organisation}`) % VIRTUAL_SHARDS)

/** Users of the fullest shard, divided by the mean, when each id names its shard by its hash. */
function byHash(sizes: readonly number[], places: Uint16Array, shards: number): number {
  const users = new Float64Array(shards)
  for (const [organisation, size] of sizes.entries()) addTo(users, (places[organisation] ?? 0) % shards, size)
  return Math.max(...users) / (USERS / shards)
}

/**
 * The same, with a directory: it names the shard of each large organisation, and of each of the virtual shards into which the others
 * fall by their hash. Each gets the emptiest shard, the largest first.
 */
function byDirectory(sizes: readonly number[], places: Uint16Array, shards: number): number {
  const virtual = new Float64Array(VIRTUAL_SHARDS)
  const large: number[] = []
  for (const [organisation, size] of sizes.entries())
    if (size > LARGE) large.push(size)
    else addTo(virtual, places[organisation] ?? 0, size)
  const users = new Float64Array(shards)
  for (const size of [...large, ...virtual].sort((a, b) => b - a)) addTo(users, users.indexOf(Math.min(...users)), size)
  return Math.max(...users) / (USERS / shards)
}

const addTo = (users: Float64Array, place: number, size: number): void => {
  users[place] = (users[place] ?? 0) + size
}

/** How uneven shards are. No part of a machine is measured, so the figures are the same everywhere. */
export function spreadOverShards(): Table {
  const sizes = organisations()
  const places = virtualShards(sizes.length)
  const placed = sizes.findIndex((size) => size <= LARGE)
  return {
    headings: [
      'shards',
      'users of each, mean',
      'fullest shard, by hash',
      `fullest shard, by a directory of ${placed + VIRTUAL_SHARDS} rows`,
    ],
    rows: [16, 64, 256].map((shards) => [
      String(shards),
      `${(USERS / shards / 1e6).toFixed(1)} million`,
      `${byHash(sizes, places, shards).toFixed(2)} × mean`,
      `${byDirectory(sizes, places, shards).toFixed(2)} × mean`,
    ]),
  }
}
