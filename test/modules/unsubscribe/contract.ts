import { expect } from 'bun:test'
import { unsubscribeUrl } from '../../../src/modules/notifications/unsubscribe-link.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_SECRET } from '../../runtime/servers/runtime-server.ts'
import { plain } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

/** Path and query of the link that a mail has, of a server of the runtime suite. */
async function linkFor(userId: string): Promise<string> {
  const config = { appUrl: 'https://id.test', appSecret: APP_SECRET } as Parameters<typeof unsubscribeUrl>[0]['config'] // all that it reads
  const { pathname, search } = new URL(await unsubscribeUrl({ config, clock: { now: () => Date.now() } }, userId))
  return `${pathname}${search}`
}

const form = 'application/x-www-form-urlencoded'

export const contract = defineContract({
  access: {
    'GET /unsubscribe': 'public', // its credential is what a mail carried
    'POST /unsubscribe': 'public',
  },
  writes: {
    budget: { 'GET /unsubscribe': 0, 'POST /unsubscribe': 1 },
    ask: async ({ t, pay }) => {
      const { user } = await signUp(t, 'unsubscriber@example.com')
      const url = new URL(await unsubscribeUrl(t.deps, user.id))
      const path = `${url.pathname}${url.search}`
      await pay('GET /unsubscribe', path)
      await pay('POST /unsubscribe', path, { body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })
    },
  },
  roundTrips: [
    plain('GET /unsubscribe', 'GET /unsubscribe', 400),
    {
      route: 'POST /unsubscribe',
      status: 200,
      prepare: async ({ signUp: newPerson }) => ({
        methodAndPath: `POST ${await linkFor((await newPerson()).user.id)}`,
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      }),
    },
  ],
  runtime: [
    guarantee(
      'a link of a mail ends mails about notifications with a POST, and with nothing else',
      ['GET /unsubscribe', 'POST /unsubscribe'],
      async ({ call, signUp: newPerson }) => {
        const { user, accessToken: token } = await newPerson()
        const path = await linkFor(user.id)
        const chosen = async () =>
          (await call<{ default: string }>('GET /v1/me/notifications/preferences', { token })).body.default
        const page = await call(`GET ${path}`)
        expect([page.status, page.text.includes('<form')]).toEqual([200, true])
        expect(await chosen()).toBe('mail_digest')
        const raw = 'List-Unsubscribe=One-Click'
        const forged = await call(`POST ${path.slice(0, -1)}`, { raw, headers: { 'content-type': form } })
        expect([forged.status, await chosen()]).toEqual([400, 'mail_digest'])
        const multipart = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        const headers = { 'content-type': 'multipart/form-data; boundary=x' }
        expect((await call(`POST ${path}`, { raw: multipart, headers })).status).toBe(200)
        expect(await chosen()).toBe('in_app')
      },
    ),
  ],
})
