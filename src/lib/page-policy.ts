/** What the pages of this server may load, and who may show them. */

interface Allowed {
  /** Whether the page has a program, which may call our API. By default it has. */
  script?: boolean
  /** The sources of pictures. By default our own. */
  pictures?: string
  /** Where its forms may lead the browser. By default nowhere: it has none that post by themselves. */
  forms?: readonly string[]
}

/**
 * The Content-Security-Policy of a page: our own files and our own API alone. No inline code or styles, no other origin, no
 * text that becomes markup.
 */
export const pagePolicy = ({ script = true, pictures = "'self'", forms = ["'none'"] }: Allowed = {}): string =>
  [
    "default-src 'none'",
    script && "script-src 'self'",
    "style-src 'self'",
    `img-src ${pictures}`,
    script && "connect-src 'self'",
    `form-action ${forms.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    script && "require-trusted-types-for 'script'",
  ]
    .filter((directive) => directive !== false)
    .join('; ')

/**
 * The headers of a page with a form that posts to ourselves.
 *
 * The Referrer-Policy is `same-origin`: with `no-referrer`, browsers would send `Origin: null` with our own form, and the check
 * against CSRF could not tell it from another one.
 */
export const formPageHeaders = (policy: string) => ({
  'content-security-policy': policy,
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
})
