import { parseReturnUrls } from '../lib/return-urls.ts'
import { ConfigError } from './config-findings.ts'

/** Parses HOME_URL as one of RETURN_URLS. It is not the page that leads there. Throws `ConfigError`. */
export function parseHomeUrl(
  text: string | undefined,
  { appUrl, production }: { appUrl: string; production: boolean },
): string | undefined {
  if (text === undefined) return undefined
  if ('refused' in parseReturnUrls([text], production))
    throw new ConfigError(
      'HOME_URL',
      'must be an absolute https URL in the form that browsers use, such as https://www.example.com/, without a fragment or wildcard',
    )
  if (text === appUrl || new URL(text).href === `${appUrl}/`)
    throw new ConfigError('HOME_URL', 'must not be the root of APP_URL, which would lead to itself: leave it empty')
  return text
}
