/** Entry for Vercel functions on its Node or Bun runtime: all paths are rewritten to this one. */
import { edgeFunction } from './edge/function.ts'

// Set by Vercel on every request; what the client sent under this name is replaced.
// A function that runs longer than its `maxDuration` is cut off without a word to the client.
const { fetch } = edgeFunction((request) => request.headers.get('x-real-ip') ?? undefined, {
  maxMs: 50_000,
  whole: false,
})

export default { fetch }
