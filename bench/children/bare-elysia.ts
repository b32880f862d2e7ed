/** The reference of the framework: one route that returns a constant. Arguments: the JSON of the object, and the path. */
import { Elysia } from 'elysia'

const user: Record<string, unknown> = JSON.parse(Bun.argv[2] ?? '')

const app = new Elysia().get(Bun.argv[3] ?? '/v1/me', () => user).listen({ port: 0, hostname: '127.0.0.1' })
console.log(`http://127.0.0.1:${app.server?.port}`)
