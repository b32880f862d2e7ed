/** What the forms of the fields do not say about a branding. */
import type { UpdateOrgSettings } from '../../core/authz/org-settings.ts'
import { problem } from '../../errors.ts'
import { parseBrandImage } from '../../lib/brand-images.ts'
import { LINK_EXPECTED, parseBrandLink, parseSupport, SUPPORT_EXPECTED } from '../../lib/brand-links.ts'
import { looksLikeServer } from './shown-name.ts'

/**
 * Throws `request.invalid` for a picture or a link that is not what it must be, and for the name of this server: the pages of an
 * organisation must not look as if they were those of its operator.
 */
export async function assertBranding({ branding }: UpdateOrgSettings, config: { brandName: string }): Promise<void> {
  if (!branding) return
  const { name, logo, termsUrl, privacyUrl, supportUrl } = branding
  const image = logo ? parseBrandImage(logo) : undefined
  const found = {
    name: name && (await looksLikeServer(name, config)) ? 'must not be the name of this server' : undefined,
    logo: image !== undefined && 'refused' in image ? image.refused : undefined,
    termsUrl: termsUrl && parseBrandLink(termsUrl) === undefined ? `must be ${LINK_EXPECTED}` : undefined,
    privacyUrl: privacyUrl && parseBrandLink(privacyUrl) === undefined ? `must be ${LINK_EXPECTED}` : undefined,
    supportUrl: supportUrl && parseSupport(supportUrl) === undefined ? `must be ${SUPPORT_EXPECTED}` : undefined,
  }
  const errors = Object.entries(found).flatMap(([field, message]) =>
    message === undefined || message === '' ? [] : [{ path: `/settings/branding/${field}`, message }],
  )
  if (errors.length > 0) throw problem('request.invalid', { errors })
}
