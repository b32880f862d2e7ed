/**
 * Answers are checked with the schemas of their route (`response`) in development and in tests. There, an answer that
 * does not match is a 500, and the log says why. In production the schemas only describe the answers in the OpenAPI
 * document. A check costs time on every request, and an answer with a mistake is more useful to a client than a 500.
 */
import type { AnyElysia } from 'elysia'

type Hooks = AnyElysia['routes'][number]['hooks']

/**
 * In the detail of a route without checks. It is a function, because the framework would copy a schema without its
 * symbols.
 */
const ANSWERS = 'x-answers'

/**
 * For the `introspect` of a macro, which gets the hooks of each route with that macro. Moves the schemas out of
 * `response`.
 */
export function onlyDocumentAnswers(hooks: Hooks): void {
  const { response, detail } = hooks
  if (response === undefined) return
  hooks.detail = { ...detail, [ANSWERS]: () => response }
  delete hooks.response
}

/** The schemas of the answers of a route by status, with or without checks. */
export const answersOf = (hooks: Hooks): Record<string, Hooks['response']> =>
  hooks.response ?? hooks.detail?.[ANSWERS]?.() ?? {}
