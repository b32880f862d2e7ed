import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

export const ProviderId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', examples: ['google'] })
export const ReturnTo = {
  maxLength: 2048,
  description:
    'The URL that the browser returns to: exactly one of RETURN_URLS, or `/account` of this server. Absent: the first of them.',
  examples: ['https://app.example.com/signed-in'],
}

export const ProviderParams = t.Object({ id: ProviderId })
export const StartQuery = t.Object({
  returnTo: t.Optional(Type.String(ReturnTo)),
  fresh: t.Optional(
    t.Union([t.Literal('true'), t.Literal('false')], {
      description:
        '`true`: asks the provider to authenticate the person again, for actions that need a fresh session (ten minutes). If the provider does not confirm that it did, the browser returns with `?fresh=false`.',
    }),
  ),
})

/** A parameter that the handler checks itself: a person gets the error by a redirect, not as a problem document. */
const anyText = (description: string) => t.Optional(Type.Any({ type: 'string', description }))

/** Providers may add other parameters: RFC 6749 §4.1.2 says to ignore unknown ones. */
export const CallbackQuery = t.Object(
  {
    state: anyText('The state of the flow that began in this browser.'),
    code: anyText('The authorization code of the provider.'),
    error: anyText('The error of the provider, if there is no code.'),
    iss: anyText('The issuer of the provider (RFC 9207).'),
    name: anyText('The name from the form of a provider that sends it once (Apple).'),
  },
  { additionalProperties: true },
)

export const Providers = Type.Object(
  {
    items: Type.Array(
      Type.Object({ id: ProviderId, name: Type.String({ examples: ['Google'] }) }, { title: 'Provider' }),
      { description: 'In the order of OIDC_PROVIDERS.' },
    ),
  },
  { title: 'Providers' },
)
