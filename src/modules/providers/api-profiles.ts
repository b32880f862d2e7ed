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
  const ask = <Schema extends TSchema>(path: string, schema: Schema, options: AskOptions = {}) =>
    readApi(deps, `https://api.github.com${path}`, accessToken, schema, { headers, ...options })
  const [user, emails] = await Promise.all([
    ask('/user', User),
    // A GitHub App without the permission, or somebody who took the scope away: who they are is known all the same.
    ask('/user/emails', Type.Union([Emails, Type.Undefined()]), { withheld: [403, 404] }),
  ])
  const primary = emails?.find((email) => email.primary)
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

interface AskOptions {
  headers?: Record<string, string>
  /** Statuses that say that we may not know: the answer is undefined then. */
  withheld?: readonly number[]
}

/** Throws `provider.unavailable`, and `provider.answer_invalid` for any answer but the expected one. */
async function readApi<Schema extends TSchema>(
  deps: ApiDeps,
  url: string,
  accessToken: string,
  schema: Schema,
  { headers = {}, withheld = [] }: AskOptions = {},
): Promise<Static<Schema>> {
  const answer = await fetchFromProvider(deps, url, {
    headers: {
      accept: 'application/json',
      'user-agent': 'threeger-id',
      ...headers,
      authorization: `Bearer ${accessToken}`,
    },
  })
  if (withheld.includes(answer.status) && Value.Check(schema, undefined)) return undefined as Static<Schema> // as checked
  const body: unknown = answer.status === 200 ? await answer.json().catch(() => undefined) : undefined
  if (!Value.Check(schema, body))
    throw problem('provider.answer_invalid', {
      cause: new Error(`${new URL(url).host} answered ${answer.status}, not what its API is known to answer`),
    })
  return body
}
