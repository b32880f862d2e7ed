/** A device that asks for tokens, and a person at the page of `verification_uri`. */
import type { Answer } from '../../../support/client.ts'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'
import { type ClientRow, makeClient, type Person, postForm, type Tokens } from '../../token/support/oauth.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export interface Started {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

export const makeDeviceClient = (t: TestApp, columns: Record<string, string | number | null> = {}) =>
  makeClient(t, { grant_types: JSON.stringify([DEVICE_GRANT, 'refresh_token']), ...columns })

export const start = (
  t: TestApp,
  client: ClientRow,
  fields: Record<string, string | string[]> = { scope: 'openid profile' },
  headers: Record<string, string> = {},
) => postForm<Started & { error?: string }>(t, '/oauth/device', fields, { client, headers })

export async function started(t: TestApp, client: ClientRow, fields?: Record<string, string>): Promise<Started> {
  const answer = await start(t, client, fields)
  if (answer.status !== 200) throw new Error(`device: ${answer.status} ${answer.text}`)
  return answer.body
}

export const poll = (t: TestApp, client: ClientRow, deviceCode: string, more: Record<string, string> = {}) =>
  postForm<Tokens & { error?: string }>(
    t,
    '/oauth/token',
    { grant_type: DEVICE_GRANT, device_code: deviceCode, ...more },
    { client },
  )

/** What a browser of this person sends to the page. */
export async function page(
  t: Pick<TestApp, 'app'>,
  methodAndPath: string,
  {
    cookie,
    form,
    headers = {},
  }: { cookie?: string; form?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const [method = 'GET', path = '/'] = methodAndPath.split(' ')
  const response = await t.app.handle(
    new Request(`${ORIGIN}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(cookie === undefined ? {} : { cookie: `__Host-session=${cookie}` }),
        ...(form === undefined
          ? {}
          : { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, 'sec-fetch-site': 'same-origin' }),
        ...headers,
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
    }),
  )
  return { status: response.status, headers: response.headers, text: await response.text(), body: {} }
}

/** The person types the code and decides. */
export const decide = (t: TestApp, { cookie }: Pick<Person, 'cookie'>, code: string, decision: 'allow' | 'deny') =>
  page(t, 'POST /device', { cookie, form: { code, decision } })
