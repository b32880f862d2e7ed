/** What a browser does in an authorization: it opens URLs with its cookie, reads pages, and sends their forms. */
import { createHash } from 'node:crypto'
import { insert, VERIFIER } from '../../token/support/oauth.ts'
import { ORIGIN, type TestApp } from '../../../support/test-app.ts'

export const REDIRECT = 'https://app.example/callback'
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

/** A value of undefined leaves a parameter out; a list repeats it. */
export type Fields = Record<string, string | readonly string[] | undefined>

/** A valid request, with these changes. */
export const request = (client: { id: string }, more: Fields = {}): URLSearchParams =>
  toParameters({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: REDIRECT,
    scope: 'openid',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })

export const toParameters = (fields: Fields): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
    ),
  )

export interface Page {
  status: number
  headers: Headers
  text: string
  /** Where it redirects. */
  to: URL | undefined
}

interface Sent {
  cookie?: string | undefined
  headers?: Record<string, string>
  form?: Fields
}

/** Sends one request and follows nothing. */
export async function visit(
  t: Pick<TestApp, 'app'>,
  url: string | URL,
  { cookie, headers, form }: Sent = {},
): Promise<Page> {
  const answer = await t.app.handle(
    new Request(new URL(url, ORIGIN), {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        ...(cookie === undefined ? {} : { cookie: `__Host-session=${cookie}` }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form === undefined ? {} : { body: toParameters(form).toString() }),
    }),
  )
  const location = answer.headers.get('location')
  return {
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
    to: location === null ? undefined : new URL(location),
  }
}

export const authorize = (t: TestApp, client: { id: string }, more: Fields = {}, cookie?: string): Promise<Page> =>
  visit(t, `/oauth/authorize?${request(client, more)}`, { cookie })

/** The parameters with which a client was answered. Throws for a page, or a redirect to another place. */
export function answerTo(page: Page, redirectUri = REDIRECT): Record<string, string> {
  if (page.to === undefined || !page.to.href.startsWith(redirectUri))
    throw new Error(`not answered: ${page.status} ${page.to?.href ?? page.text}`)
  return Object.fromEntries(page.to.searchParams)
}

/** The name of the page to which a request leads, or `client`. */
export function leadsTo({ to }: Page): string | undefined {
  if (to === undefined) return undefined
  return to.origin === ORIGIN ? to.pathname : 'client'
}

/** The path to which the sign-in page returns. */
export const returnPath = ({ to }: Page): string => to?.searchParams.get('return_to') ?? ''

/** The hidden fields of the form of a page. */
export const fieldsOf = ({ text }: Page): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )

/** Opens the consent page to which a request leads, and decides there. */
export async function decideOn(t: TestApp, page: Page, decision: 'allow' | 'deny', cookie: string): Promise<Page> {
  if (leadsTo(page) !== '/oauth/consent') throw new Error(`no consent: ${page.status} ${page.to?.href ?? page.text}`)
  const consent = await visit(t, page.to ?? '', { cookie })
  if (consent.status !== 200) throw new Error(`consent: ${consent.status} ${consent.text}`)
  return visit(t, '/oauth/consent', {
    cookie,
    headers: { origin: ORIGIN },
    form: { ...fieldsOf(consent), decision },
  })
}

/** The text of a page, as a person reads it. */
export const textOf = ({ text }: Page): string =>
  text
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&#39;|&#x27;/g, "'")
    .replace(/\s+/g, ' ')
    .trim()

let resources = 0
/** Inserts a resource and returns its audience. */
export async function makeResource(
  t: TestApp,
  {
    audience = `https://api${++resources}.example/`,
    scopes = [{ name: 'notes:read', description: 'Read your notes' }],
    detailTypes = [],
    ...columns
  }: {
    audience?: string
    scopes?: { name: string; description: string }[]
    detailTypes?: { type: string; description: string; fields: string[] }[]
    org_id?: string
  } = {},
): Promise<string> {
  await insert(t, 'resources', {
    id: `res_${String(++resources).padStart(32, '0')}`,
    audience,
    name: 'Notes',
    scopes: JSON.stringify(scopes),
    detail_types: JSON.stringify(detailTypes),
    version: 1,
    created_at: 0,
    updated_at: 0,
    ...columns,
  })
  return audience
}
