/** Where a sign-in elsewhere may send the browser afterwards. */
import { isLoopbackUrl } from './loopback.ts'

/**
 * RETURN_URLS: absolute URLs, https but for this machine outside production, without a fragment, user or password.
 * Returns them as written, because they are compared as written (RFC 9700 §4.1.3), or what is wrong with one.
 */
export function parseReturnUrls(
  urls: readonly string[],
  production: boolean,
): { accepted: readonly string[] } | { refused: string } {
  for (const [index, text] of urls.entries()) {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const safe = url?.protocol === 'https:' || (url !== undefined && !production && isLoopbackUrl(url))
    if (!url || !safe || url.username !== '' || url.password !== '' || text.includes('#') || text.includes('*'))
      return {
        refused: `entry ${index + 1} must be an absolute https URL, such as https://app.example.com/signed-in, without a fragment or wildcard`,
      }
    if (url.href !== text && url.href !== `${text}/`)
      return { refused: `entry ${index + 1} must be written in the form that browsers use: ${url.href}` }
  }
  return { accepted: urls }
}

/** The URL a client asked to return to, or the default; undefined for any other: no prefix, pattern or case is forgiven. */
export const chooseReturnUrl = (allowed: readonly string[], asked: string | undefined): string | undefined =>
  asked === undefined ? allowed[0] : allowed.find((url) => url === asked)
