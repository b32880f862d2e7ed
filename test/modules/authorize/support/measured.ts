/** Apps and browsers of a measured server, which is asked over HTTP alone. */
import { type Accounts, PASSWORD } from '../../../runtime/round-trips/account.ts'
import { APP_URL } from '../../../runtime/round-trips/operation.ts'
import { CHALLENGE, REDIRECT } from './browser.ts'

export const CLIENT = {
  name: 'App',
  redirectUris: [REDIRECT],
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethod: 'none',
}

export const appOf = async ({ ask, admin }: Accounts, more: { firstParty?: boolean } = {}) =>
  ask<{ clientId: string }>(
    { methodAndPath: 'POST /v1/oauth-clients', token: await admin(), body: { ...CLIENT, ...more } },
    201,
  )

/** A person with a session in a browser: the whole Cookie header. */
export async function browserOf({
  signUp,
  send,
}: Accounts): Promise<{ cookie: string; token: string; userId: string }> {
  const { user, accessToken } = await signUp()
  const answer = await send({
    methodAndPath: 'POST /v1/auth/sign-in',
    headers: { origin: APP_URL },
    body: { email: user.email, password: PASSWORD, useCookie: true },
  })
  return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', token: accessToken, userId: user.id }
}

/** A person who has allowed a client something. */
export async function allowedBy(accounts: Accounts) {
  const { clientId } = await appOf(accounts, { firstParty: true })
  const person = await browserOf(accounts)
  const methodAndPath = `GET /oauth/authorize?${parametersFor(clientId)}`
  await accounts.send({ methodAndPath, headers: { cookie: person.cookie } })
  const { items } = await accounts.ask<{ items: { id: string }[] }>(
    { methodAndPath: 'GET /v1/me/grants', token: person.token },
    200,
  )
  return { ...person, grantId: items[0]?.id ?? '' }
}

export const parametersFor = (clientId: string, more: Record<string, string> = {}): URLSearchParams =>
  new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT,
    scope: 'openid',
    state: 'a-state',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })
