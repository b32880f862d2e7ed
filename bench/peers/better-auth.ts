/**
 * A server that checks an API key of better-auth on each request, with its plugin as documented, and answers with a
 * constant. Arguments: the JSON of the answer, a new folder for its database, and what `PRAGMA synchronous` says: FULL is
 * the durability of our database, with NORMAL a loss of power loses writes. Prints its origin; a POST answers with the key.
 */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'

const answer: unknown = JSON.parse(Bun.argv[2] ?? '')
const database = new Database(join(Bun.argv[3] ?? '', 'better-auth.db'))
database.run('PRAGMA journal_mode = WAL')
database.run(`PRAGMA synchronous = ${Bun.argv[4]}`)

const options = {
  database,
  baseURL: 'http://127.0.0.1',
  secret: 'the secret of a benchmark, longer than 32 bytes',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const auth = betterAuth(options)

const { user } = await auth.api.signUpEmail({
  body: { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada' },
})
const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'bench' } })

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const given = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
    if (request.method === 'POST') return Response.json({ key })
    const { valid } = await auth.api.verifyApiKey({ body: { key: given } })
    return valid ? Response.json(answer) : new Response(null, { status: 401 })
  },
})
console.log(`http://127.0.0.1:${server.port}`)
