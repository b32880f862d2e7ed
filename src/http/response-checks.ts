/**
 * Where answers are checked against the schemas of their route (`response`): in development and in tests. There, an answer that
 * does not match is a 500 that the log explains. In production the schemas only describe the answers in the OpenAPI document: a
 * check costs every request, and a caller is better served by an answer with a mistake than by none.
 */
import type { AnyElysia } from 'elysia'

type Hooks = AnyElysia['routes'][number]['hooks']

/** In the detail of a route whose answers are not checked. A function: the framework would copy a schema, without its symbols. */
const ANSWERS = 'x-answers'

/** For the `introspect` of a macro, which gets the hooks of each route that the macro marks: takes the schemas out of them. */
export function onlyDocumentAnswers(hooks: Hooks): void {
  const { response, detail } = hooks
  if (response === undefined) return
  hooks.detail = { ...detail, [ANSWERS]: () => response }
  delete hooks.response
}

/** The schemas of the answers of a route by status, checked or not. */
export const answersOf = (hooks: Hooks): Record<string, Hooks['response']> =>
  hooks.response ?? hooks.detail?.[ANSWERS]?.() ?? {}
