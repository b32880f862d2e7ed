import { expect } from 'bun:test'

interface Received {
  status: number
  headers: Headers
}

/** What a browser shows as a document, and what it follows. */
export const isDocument = ({ status, headers }: Received): boolean =>
  /^(?:text\/html|image\/svg\+xml|application\/xhtml)/.test(headers.get('content-type') ?? '') ||
  (status >= 300 && status < 400 && status !== 304) // which is followed by nobody

/** A page with a form of ours needs `same-origin`: with `no-referrer` browsers send `Origin: null` with it. */
const referrerPolicyOf = (policy: string | null): string =>
  policy?.includes("form-action 'self'") ? 'same-origin' : 'no-referrer'

/** Asserts the policies of an answer: a strict one on documents and redirects, and no more than the frames on data. */
export function expectPolicies(answer: Received, what: string): void {
  const { headers } = answer
  const policy = headers.get('content-security-policy')
  expect(headers.get('x-content-type-options'), what).toBe('nosniff')
  expect(headers.get('referrer-policy'), what).toBe(isDocument(answer) ? referrerPolicyOf(policy) : null)
  if (isDocument(answer)) {
    expect(policy, what).toStartWith("default-src 'none'; ")
    expect(policy, what).toMatch(/frame-ancestors '(?:none|self)'/)
  } else expect(policy, what).toBe("frame-ancestors 'none'")
}
