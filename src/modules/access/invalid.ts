/** In the schema of a body: a request that does not match it is 400 (AuthZEN §10.1.1), and not 422 as elsewhere. */
export const INVALID = { 'x-invalid': 'access.request_invalid' } as const
