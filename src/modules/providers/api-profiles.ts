/** Providers without an ID token: the server reads the user from their API. */
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Claims } from './profile.ts'
import { fetchFromProvider } from './provider-fetch.ts'

type ApiDeps = Pick<Deps, 'fetch' | 'config'>

/** The endpoints of these providers. They are fixed here because the providers publish no OpenID Connect metadata. */
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

/**
 * https://docs.github.com/en/rest/users: the e-mail of a profile is not verified, so the list of verified e-mails is
 * read.
 */
async function readGitHub(deps: ApiDeps, accessToken: string): Promise<ApiClaims> {
  const User = Type.Object({ id: Type.Integer(), login: Type.String(), name: Type.Optional(Type.Unknown()) })
  const Emails = Type.Array(Type.Object({ email: Type.String(), primary: Type.Boolean(), verified: Type.Boolean() }))
  const headers = { accept: 'application/vnd.github+json' }
  const ask = <Schema extends TSchema>(path: string, schema: Schema, options: AskOptions = {}) =>
    readApi(deps, `https://api.github.com${path}`, accessToken, schema, { headers, ...options })
  const [user, emails] = await Promise.all([
    ask('/user', User),
    // A GitHub App without the permission, or a person who removed the scope. The user id is still known.
    ask('/user/emails', Type.Union([Emails, Type.Undefined()]), { withheld: [403, 404] }),
  ])
  const primary = emails?.find((email) => email.primary)
  return {
    // The numeric id, not the login name: another person can take a login name that was given up.
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
  /** Statuses that mean that the app may not read this. The answer is then undefined. */
  withheld?: readonly number[]
}

/** Throws `provider.unavailable`, and `provider.answer_invalid` for every unexpected answer. */
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
  if (withheld.includes(answer.status) && Value.Check(schema, undefined)) return undefined as Static<Schema> // checked by Value.Check
  const body: unknown = answer.status === 200 ? await answer.json().catch(() => undefined) : undefined
  if (!Value.Check(schema, body))
    throw problem('provider.answer_invalid', {
      cause: new Error(`${new URL(url).host} answered ${answer.status}, not what its API is known to answer`),
    })
  return body
}
