import { expect } from 'bun:test'
import { APP_URL, type Tools } from '../../runtime/tools.ts'
import { guarantee } from '../../runtime/case.ts'
import { type Operation, plain } from '../../runtime/round-trips/operation.ts'
import { call, encoded } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { makePerson } from '../token/support/oauth.ts'
import { DEVICE_GRANT, makeDeviceClient, type Started, started } from './support/device.ts'

const ASK = 'POST /oauth/device'
const form = (fields: Record<string, string>) => new URLSearchParams(fields)
const CLIENT = {
  name: 'TV',
  tokenEndpointAuthMethod: 'none',
  grantTypes: [DEVICE_GRANT, 'refresh_token'],
}

const asked: Operation = {
  route: ASK,
  status: 200,
  async prepare({ admin, ask }) {
    const client = { methodAndPath: 'POST /v1/oauth-clients', token: await admin(), body: CLIENT }
    const { clientId } = await ask<{ clientId: string }>(client, 201)
    return { methodAndPath: ASK, body: form({ client_id: clientId, scope: 'openid' }) }
  },
}

/** A person with a session in a browser: the whole Cookie header. */
async function browser(tools: Tools): Promise<string> {
  const { user } = await tools.signUp()
  const answer = await tools.call('POST /v1/auth/sign-in', {
    headers: { origin: APP_URL },
    body: { email: user.email, password: 'correct horse battery staple', useCookie: true },
  })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

export const contract = defineContract({
  access: { [ASK]: 'public', 'GET /device': 'public', 'POST /device': 'public' },
  writes: {
    // A person comes to the page once: the session, the code, the client and the decision.
    budget: { [ASK]: 2, 'GET /device': 1, 'POST /device': 4 },
    ask: async ({ t, pay }) => {
      const client = await makeDeviceClient(t)
      const { cookie } = await makePerson(t)
      await pay(ASK, '/oauth/device', { body: form({ client_id: client.id, scope: 'openid' }) })
      await pay('GET /device', '/device', {}, 302)
      await pay('GET /device', '/device', { cookie })
      const { user_code: code } = await started(t, client)
      await pay('POST /device', '/device', { cookie, body: form({ code: 'BCDFGHJK' }) }, 400)
      await pay('POST /device', '/device', { cookie, body: form({ code }) })
      await pay('POST /device', '/device', { cookie, body: form({ code, decision: 'allow' }) })
      const other = await started(t, client)
      await call(t, 'GET /device', { cookie })
      await pay('POST /device', '/device', { cookie, body: form({ code: other.user_code, decision: 'deny' }) })
    },
  },
  roundTrips: [
    asked,
    plain('GET /device', 'GET /device', 302),
    {
      route: 'POST /device',
      status: 303,
      prepare: () => ({
        methodAndPath: 'POST /device',
        headers: { origin: 'http://id.test' },
        body: form({ code: 'BCDFGHJK' }),
      }),
    },
  ],
  runtime: [
    guarantee(
      'a device gets tokens once a person has allowed it in a browser, and no sooner',
      [ASK, 'GET /device', 'POST /device'],
      async (tools) => {
        const sent = (fields: Record<string, string>) => {
          const { type, text } = encoded(form(fields))
          return { raw: text, headers: { 'content-type': type, origin: APP_URL } }
        }
        const { accessToken: token } = await tools.admin()
        const made = await tools.call<{ clientId: string }>('POST /v1/oauth-clients', { token, body: CLIENT })
        expect(made.status, made.text).toBe(201)
        const client_id = made.body.clientId
        const { body: codes } = await tools.call<Started>(ASK, sent({ client_id, scope: 'openid profile' }))
        const poll = () =>
          tools.call<{ error?: string; id_token?: string }>(
            'POST /oauth/token',
            sent({ client_id, grant_type: DEVICE_GRANT, device_code: codes.device_code }),
          )
        expect((await poll()).body.error).toBe('authorization_pending')

        const away = await tools.call('GET /device')
        expect([away.status, away.headers.get('location')]).toEqual([302, `${APP_URL}/sign-in?return_to=%2Fdevice`])
        const cookie = await browser(tools)
        const decide = (fields: Record<string, string>) => tools.call('POST /device', { ...sent(fields), cookie })
        expect((await decide({ code: codes.user_code })).text).toContain('>Allow<')
        expect((await decide({ code: codes.user_code, decision: 'allow' })).text).toContain('The device is connected')
        const answer = await poll()
        expect(answer.status, answer.text).toBe(200)
        expect(answer.body.id_token).toBeString()
        expect((await poll()).body.error).toBe('invalid_grant')
      },
    ),
  ],
})
