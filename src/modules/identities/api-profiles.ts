/** Providers that have no ID token: who somebody is stands in an API of their own. */
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Claims } from './profile.ts'
import { fetchFromProvider } from './provider-fetch.ts'

type ApiDeps = Pick<Deps, 'fetch' | 'config'>

/** Where they stand, by heart: they publish no metadata of OpenID Connect. */
export const endpoints = {
  github: {
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
  },
  discord: {
    authorization_endpoint: 'https://discord.com/oauth2/authorize',
    token_endpoint: 'https://discord.com/api/oauth2/token',
  },
} as const

type ApiClaims = Omit<Claims, 'issuer'>

/** https://docs.github.com/en/rest/users: the e-mail of a profile is what its owner typed, so the list of proved ones is asked. */
async function readGitHub(deps: ApiDeps, accessToken: string): Promise<ApiClaims> {
  const User = Type.Object({ id: Type.Integer(), login: Type.String(), name: Type.Optional(Type.Unknown()) })
  const Emails = Type.Array(Type.Object({ email: Type.String(), primary: Type.Boolean(), verified: Type.Boolean() }))
  const headers = { accept: 'application/vnd.github+json' }
  const ask = <Schema extends TSchema>(path: string, schema: Schema) =>
    readApi(deps, `https://api.github.com${path}`, accessToken, schema, headers)
  const [user, emails] = await Promise.all([ask('/user', User), ask('/user/emails', Emails)])
  const primary = emails.find((email) => email.primary)
  return {
    // The number, not the login: a login is given up and taken by somebody else.
    subject: String(user.id),
    email: primary?.email,
    emailVerified: primary?.verified,
    name: user.name ?? user.login,
  }
}

/** https://discord.com/developers/docs/resources/user */
async function readDiscord(deps: ApiDeps, accessToken: string): Promise<ApiClaims> {
  const optional = Type.Optional(Type.Unknown())
  const User = Type.Object({
    id: Type.String(),
    username: optional,
    global_name: optional,
    email: optional,
    verified: optional,
  })
  const user = await readApi(deps, 'https://discord.com/api/v10/users/@me', accessToken, User)
  return {
    subject: user.id,
    email: user.email,
    emailVerified: user.verified,
    name: user.global_name ?? user.username,
  }
}

export const readApiProfile = { github: readGitHub, discord: readDiscord }

/** Throws `provider.unavailable`, and `provider.answer_invalid` for any answer but the expected one. */
async function readApi<Schema extends TSchema>(
  deps: ApiDeps,
  url: string,
  accessToken: string,
  schema: Schema,
  headers: Record<string, string> = {},
): Promise<Static<Schema>> {
  const answer = await fetchFromProvider(deps, url, {
    headers: {
      accept: 'application/json',
      'user-agent': 'threeger-id',
      ...headers,
      authorization: `Bearer ${accessToken}`,
    },
  })
  const body: unknown = answer.status === 200 ? await answer.json().catch(() => undefined) : undefined
  if (!Value.Check(schema, body))
    throw problem('provider.answer_invalid', {
      cause: new Error(`${new URL(url).host} answered ${answer.status}, not what its API is known to answer`),
    })
  return body
}
