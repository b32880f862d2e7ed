/** The URLs to which a sign-in with a provider may redirect the browser. */
import { isLoopbackUrl } from './loopback.ts'

/**
 * Parses RETURN_URLS: absolute https URLs without a fragment, user or password. Outside production, http URLs of this
 * machine are allowed. Returns the URLs unchanged, because they are compared as text (RFC 9700 §4.1.3), or says what is
 * wrong with one.
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

/**
 * The requested return URL, or the default. Undefined for any other URL: there is no match by prefix, pattern or case.
 */
export const chooseReturnUrl = (allowed: readonly string[], asked: string | undefined): string | undefined =>
  asked === undefined ? allowed[0] : allowed.find((url) => url === asked)

/** Our own pages that send a person to the sign-in page and take them back. */
const OWN_PATHS =
  /^\/(?:|oauth\/authorize|oauth\/logout|device|setup|account(?:\/[a-z]+)?|(?:console|docs)(?:\/[\w-]+)*)(?:\?[!-~]*)?$/
/** Pages that a person may have opened at a place of it, such as `/account#security`. The others are links of programs. */
const OF_PERSON = /^\/(?:$|[?#]|(?:setup|account|console|docs)\b)/
const PLACE = /#[\w-]*$/

/**
 * Where the sign-in page leads after a sign-in: to one of our own pages that asked for it, or to one of RETURN_URLS. Undefined
 * for any other text, so nobody can use the page to lead a person elsewhere. The path is compared as it is written: no dots,
 * slashes or backslashes can make another one of it. The name of a place in a page is left out.
 */
export const returnOfSignIn = (
  { appUrl, returnUrls }: { appUrl: string; returnUrls: readonly string[] },
  asked: string | null,
): string | undefined => {
  if (asked === null) return undefined
  const path = OF_PERSON.test(asked) ? asked.replace(PLACE, '') : asked
  return OWN_PATHS.test(path) && !path.includes('#') ? `${appUrl}${path}` : returnUrls.find((url) => url === asked)
}

/** Where a sign-in with another provider leads: to one of RETURN_URLS, the first by default, or back to our sign-in page or
 * account page. */
export const returnOfProvider = (
  config: { appUrl: string; returnUrls: readonly string[] },
  asked: string | undefined,
): string | undefined =>
  asked !== undefined && (asked === accountPage(config.appUrl) || isSignInPage(config, asked))
    ? asked
    : chooseReturnUrl(config.returnUrls, asked)

/** Where a person links identities: it is a return URL of every server. */
const accountPage = (appUrl: string): string => `${appUrl}/account`

/** The sign-in page as a provider returns to it. `target`: where the page then leads, as `returnOfSignIn` takes it. */
export function signInAfterProvider(appUrl: string, target?: string, org?: string): string {
  const query = new URLSearchParams(target === undefined ? {} : { return_to: target })
  query.set('from', 'provider')
  if (org !== undefined) query.set('org', org)
  return `${appUrl}/sign-in?${query.toString()}`
}

/** The slug of an organisation, or nothing. */
export const readSlug = (text: string | null): string | undefined =>
  text !== null && /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/.test(text) ? text : undefined

/** True for a URL that `signInAfterProvider` made for this server: our own page, which needs no script to go on. */
export function isSignInPage(config: { appUrl: string; returnUrls: readonly string[] }, asked: string): boolean {
  if (!URL.canParse(asked)) return false
  const { searchParams } = new URL(asked)
  const target = searchParams.get('return_to') ?? undefined
  if (target !== undefined && returnOfSignIn(config, target) === undefined) return false
  return asked === signInAfterProvider(config.appUrl, target, readSlug(searchParams.get('org')))
}
