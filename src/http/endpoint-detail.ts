/**
 * For the detail of an endpoint whose input is read by its handler, such as those of OAuth. These parts only describe it in the
 * OpenAPI document: nothing is validated with them, and their schemas are made when the document is.
 */
import type { TObject, TSchema } from '@sinclair/typebox'
import type { OAuthErrorCode } from '../lib/oauth-error.ts'

/** The statuses of refusals, each with its values of `error`. */
export type OAuthFailures = Readonly<Partial<Record<400 | 401 | 503, readonly OAuthErrorCode[]>>>

export interface EndpointDetail {
  'x-form'?: () => TSchema
  'x-query'?: () => TObject
  'x-oauth-failures'?: () => OAuthFailures
  'x-refused-by-page'?: () => readonly number[]
  'x-client-authentication'?: true
}

/** The names of these parts, which the document itself does not have. */
export const ENDPOINT_PARTS = [
  'x-form',
  'x-query',
  'x-oauth-failures',
  'x-refused-by-page',
  'x-client-authentication',
] as const satisfies readonly (keyof EndpointDetail)[]

/** The body is a form with these parameters. The handler ignores others. */
export const takesForm = (schema: () => TSchema) => ({ 'x-form': schema }) satisfies EndpointDetail

/** The query has these parameters. The handler ignores others. */
export const takesQuery = (schema: () => TObject) => ({ 'x-query': schema }) satisfies EndpointDetail

/** Refusals in the form of RFC 6749 §5.2. */
export const oauthFailures = (failures: OAuthFailures) =>
  ({ 'x-oauth-failures': () => failures }) satisfies EndpointDetail

/** Refusals that are a page for people. */
export const refusedByPage = (...statuses: number[]) =>
  ({ 'x-refused-by-page': () => statuses }) satisfies EndpointDetail

/** The client may authenticate with Basic, or with parameters of the form. */
export const authenticatesClient = { 'x-client-authentication': true } as const satisfies EndpointDetail
