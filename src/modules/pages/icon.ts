/**
 * A square in the brand colour with the first letter of the brand. An SVG stays sharp at every size, and operators
 * need no image file.
 */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import { textOn } from '../../lib/colors.ts'

export function icon({ brandName, brandColor }: Pick<Config, 'brandName' | 'brandColor'>): string {
  const letter = escapeHtml([...brandName.trim()][0]?.toUpperCase() ?? '')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${brandColor}"/><text x="16" y="23" font-family="system-ui,sans-serif" font-size="20" font-weight="700" text-anchor="middle" fill="${textOn(brandColor)}">${letter}</text></svg>`
}
