import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'

const OF_SERVER = 'GET /branding/:name'
const OF_ORG = 'GET /branding/orgs/:slug/:name'

export const contract = defineContract({
  access: { [OF_SERVER]: 'public', [OF_ORG]: 'public' },
  writes: {
    budget: { [OF_SERVER]: 0, [OF_ORG]: 1 },
    ask: async ({ pay }) => {
      await pay(OF_SERVER, '/branding/logo', {}, 404)
      await pay(OF_ORG, '/branding/orgs/nobody/logo', {}, 404)
    },
  },
  roundTrips: [plain(OF_SERVER, 'GET /branding/logo', 404), plain(OF_ORG, 'GET /branding/orgs/nobody/logo', 404)],
  runtime: [
    guarantee(
      'an organisation publishes a colour and a logo, and nothing is found of one that has not',
      [OF_SERVER, OF_ORG],
      async ({ call, refused, signUp }) => {
        const session = await signUp()
        const slug = `brand-${session.user.id.slice(4)}`
        const made = await call<{ id: string }>('POST /v1/orgs', {
          token: session.accessToken,
          body: { name: 'Acme', slug },
        })
        const own = `GET /branding/orgs/${slug}`
        for (const file of ['logo', 'colors.css', '__proto__']) await refused(`${own}/${file}`, 'request.not_found')
        const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
        const branding = { color: '#0f766e', logo: `data:image/svg+xml;base64,${btoa(svg)}` }
        // Whether a runtime has just looked for this slug says nothing: another one is new to all of them.
        const changed = await call(`PATCH /v1/orgs/${made.body.id}`, {
          token: session.accessToken,
          body: { slug: `${slug}-2`, settings: { branding } },
        })
        expect(changed.status, changed.text).toBe(200)
        const logo = await call(`${own}-2/logo`)
        expect([logo.status, logo.headers.get('content-type'), logo.text]).toEqual([200, 'image/svg+xml', svg])
        expect(logo.headers.get('content-security-policy')).toStartWith("default-src 'none';")
        const colors = await call(`${own}-2/colors.css`)
        expect([colors.status, colors.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
        expect(colors.text).toContain('--brand: #0f766e;')
        await refused('GET /branding/logo', 'request.not_found')
        await refused('GET /branding/__proto__', 'request.not_found')
      },
    ),
  ],
})
