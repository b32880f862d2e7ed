/** Entry for Vercel functions on its Node or Bun runtime: all paths are rewritten to this one. */
import { edgeFunction } from './edge/function.ts'

// Set by Vercel on every request; what the client sent under this name is replaced.
const { fetch } = edgeFunction((request) => request.headers.get('x-real-ip') ?? undefined)

export default { fetch }
