/** The brand of this server: what its pages and mails show. The colour and the name have forms of their own variables. */
import type { Variables } from '../environment.ts'
import { type BrandImage, parseBrandImage } from '../lib/brand-images.ts'
import { LINK_EXPECTED, parseBrandLink, parseSupport, SUPPORT_EXPECTED } from '../lib/brand-links.ts'
import { type BrandVariables, noVariables, parseBrandVariables } from '../lib/brand-variables.ts'
import { ConfigError, type Findings } from './config-findings.ts'

export interface BrandSettings {
  logo: BrandImage | undefined
  favicon: BrandImage | undefined
  termsUrl: string | undefined
  privacyUrl: string | undefined
  /** `mailto:` or https. */
  supportUrl: string | undefined
  variables: BrandVariables
}

/** Every wrong variable becomes a finding that names it. */
export function brandSettings(parsed: Variables, production: boolean, findings: Findings): BrandSettings {
  const loopback = !production
  const read = <T>(name: BrandVariable, parse: (text: string) => T): T | undefined =>
    findings.check(() => {
      const text = parsed[name]
      return text === undefined ? undefined : parse(text)
    }, undefined)
  const link = (name: BrandVariable) =>
    read(name, (text) => parseBrandLink(text, { loopback }) ?? refuse(name, `must be ${LINK_EXPECTED}`))
  return {
    logo: read('BRAND_LOGO', (text) => accepted('BRAND_LOGO', parseBrandImage(text))),
    favicon: read('BRAND_FAVICON', (text) => accepted('BRAND_FAVICON', parseBrandImage(text))),
    termsUrl: link('TERMS_URL'),
    privacyUrl: link('PRIVACY_URL'),
    supportUrl: read(
      'SUPPORT_URL',
      (text) => parseSupport(text, { loopback }) ?? refuse('SUPPORT_URL', `must be ${SUPPORT_EXPECTED}`),
    ),
    variables:
      read('BRAND_CSS', (text) => accepted('BRAND_CSS', parseBrandVariables(text, parsed.BRAND_COLOR))) ?? noVariables,
  }
}

type BrandVariable = 'BRAND_LOGO' | 'BRAND_FAVICON' | 'TERMS_URL' | 'PRIVACY_URL' | 'SUPPORT_URL' | 'BRAND_CSS'

function accepted<T>(name: BrandVariable, result: { accepted: T } | { refused: string }): T {
  if ('refused' in result) throw new ConfigError(name, result.refused)
  return result.accepted
}

function refuse(name: BrandVariable, reason: string): never {
  throw new ConfigError(name, reason)
}
