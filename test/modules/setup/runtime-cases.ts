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
]
