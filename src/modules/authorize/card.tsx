/** The document of these pages: one card, as on the pages of `modules/pages`, and no script. */
import type { Config } from '../../config.ts'
import type { Shown } from '../../lib/answered.ts'
import type { Locale } from '../../lib/languages.ts'
import { formPageHeaders, pagePolicy } from '../../lib/page-policy.ts'
import { brandOf } from '../pages/brand.ts'
import { frame } from '../pages/frame.tsx'
import { type Say, speak } from './messages/say.ts'

export type CardConfig = Pick<Config, 'appUrl' | 'brandName' | 'brandColor' | 'brand'>

export const sayIn = (locale: Locale, { appUrl, brandName }: CardConfig): Say =>
  speak(locale, { brand: brandName, host: new URL(appUrl).host })

/** `content` is HTML. */
export function card(
  locale: Locale,
  config: CardConfig,
  title: string,
  content: string,
  brand = brandOf(config),
): string {
  return frame({ brand, locale, appUrl: config.appUrl, title, content })
}

/**
 * The answer. `formTargets`: where its form may lead the browser, besides ourselves. A browser checks the redirects after a
 * form too (CSP 3 §6.4.1).
 */
export const cardAnswer = (html: string, formTargets: readonly string[] = [], status = 200): Shown => ({
  html,
  status,
  headers: formPageHeaders(pagePolicy({ script: false, forms: ["'self'", ...formTargets] })),
})

/**
 * Where the form of the consent page may lead: to the redirect URI, and over https from there on, because a browser checks
 * every redirect that follows a form, and the callback of an app often redirects to another host of it. A policy has no sources
 * for IPv6 addresses, so `[::1]` is allowed by its scheme.
 */
export function formTargetsOf(redirectUri: string): string[] {
  const { protocol, host } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return [protocol]
  return [/^[a-z0-9.-]+(?::\d+)?$/.test(host) ? `${protocol}//${host}` : protocol, 'https:']
}
