/** The reference of the framework: one route that returns a constant. Argument: the JSON of the object. */
import { Elysia } from 'elysia'

const user: Record<string, unknown> = JSON.parse(Bun.argv[2] ?? '')

const app = new Elysia().get('/v1/me', () => user).listen({ port: 0, hostname: '127.0.0.1' })
console.log(`http://127.0.0.1:${app.server?.port}`)
