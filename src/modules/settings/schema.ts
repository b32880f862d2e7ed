import { type Static, Type } from '@sinclair/typebox'

export const Setting = Type.Object(
  {
    name: Type.String({ description: 'The variable of the environment.', examples: ['RATE_LIMIT'] }),
    feature: Type.String({ description: 'The part of the server that it belongs to.', examples: ['limits'] }),
    description: Type.String({
      description: 'As in `.env.example`.',
      examples: ['off: the server limits no requests.'],
    }),
    type: Type.Union([Type.Literal('integer'), Type.Literal('text'), Type.Literal('choice')]),
    choices: Type.Array(Type.String(), { description: 'The values of a choice.', examples: [['on', 'off']] }),
    source: Type.Union([Type.Literal('set'), Type.Literal('default'), Type.Literal('derived'), Type.Literal('unset')], {
      description:
        'set: the environment has another value than the default. default: the default counts. derived: the value follows from other variables. unset: there is none.',
      examples: ['default'],
    }),
    value: Type.Union([Type.String(), Type.Integer(), Type.Null()], {
      description: 'The value that counts. Null if there is none, or if it is hidden.',
      examples: ['on'],
    }),
    hidden: Type.Boolean({
      description:
        'The value is not shown, because it is a secret, may contain one, or is long. Of a URL the part without credentials is shown.',
      examples: [false],
    }),
  },
  { title: 'Setting' },
)
export type Setting = Static<typeof Setting>

export const Settings = Type.Object(
  {
    release: Type.String({ examples: ['0.1.0'] }),
    items: Type.Array(Setting),
    nextCursor: Type.Null({ description: 'There is one page.', examples: [null] }),
  },
  { title: 'Settings' },
)
