import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

export const ProviderId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', examples: ['google'] })
export const ReturnTo = {
  maxLength: 2048,
  description: 'Where the browser goes afterwards: one of RETURN_URLS, to the letter. Absent: the first of them.',
  examples: ['https://app.example.com/signed-in'],
}

export const ProviderParams = t.Object({ id: ProviderId })
export const StartQuery = t.Object({
  returnTo: t.Optional(Type.String(ReturnTo)),
  fresh: t.Optional(
    t.Union([t.Literal('true'), t.Literal('false')], {
      description:
        '`true`: the provider is asked to have people prove anew who they are, for what needs a session of the last ten minutes. It comes back with `?fresh=false` where the provider does not say that it did.',
    }),
  ),
})

/** Text that is read by hand: what is wrong with it is told to a person, who is sent on, and not by a problem document. */
const anyText = (description: string) => t.Optional(Type.Any({ type: 'string', description }))

/** What providers add to it is theirs, and differs: RFC 6749 §4.1.2 says to ignore what is not known. */
export const CallbackQuery = t.Object(
  {
    state: anyText('Of the flow that began in this browser.'),
    code: anyText('From the provider.'),
    error: anyText('From the provider: why there is no code.'),
    iss: anyText('From the provider (RFC 9207).'),
    name: anyText('From the form of a provider that tells a name once (Apple).'),
  },
  { additionalProperties: true },
)

export const Providers = Type.Object(
  {
    items: Type.Array(
      Type.Object({ id: ProviderId, name: Type.String({ examples: ['Google'] }) }, { title: 'Provider' }),
      { description: 'In the order of the configuration.' },
    ),
  },
  { title: 'Providers' },
)
