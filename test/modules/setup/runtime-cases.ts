import { expect } from 'bun:test'
import { PASSWORD } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'

const account = { email: 'second@example.com', password: PASSWORD, name: 'Second' }

export const setupCases = [
  guarantee('the set-up token makes the first administrator, once', ['POST /v1/setup'], async (tools) => {
    await tools.refused('POST /v1/setup', 'setup.token_invalid', { body: { token: 'wrong', ...account } })
    const { user, accessToken } = await tools.admin()
    expect(user).toMatchObject({ email: 'admin@example.com', emailVerified: true, roles: ['admin', 'user'] })
    expect((await tools.call('GET /v1/users', { token: accessToken })).status).toBe(200)
    const body = { token: await tools.setupToken(), ...account }
    await tools.refused('POST /v1/setup', 'setup.done', { body })
  }),
  guarantee(
    'the page of the set-up says whether there is an administrator, and its program is served',
    ['GET /setup', 'GET /setup/assets/:name'],
    async ({ admin, call, refused }) => {
      await admin()
      const page = await call('GET /setup')
      expect([page.status, page.text.replaceAll('&#34;', '&quot;').includes('&quot;isDone&quot;:true')]).toEqual([
        200,
        true,
      ])
      expect(page.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
      const file = await call('GET /setup/assets/main.js')
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
      await refused('GET /setup/assets/..%2Fopenapi.json', 'request.not_found')
    },
  ),
]
