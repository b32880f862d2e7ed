/** The reference of the framework on Workers: one route that returns a constant. */
import { Elysia } from 'elysia'
import { CloudflareAdapter } from 'elysia/adapter/cloudflare-worker'

const app = new Elysia({ adapter: CloudflareAdapter }).get('/livez', () => ({ status: 'ok' })).compile()

export default { fetch: (request: Request) => app.fetch(request) }
