/** The name of an organisation on pages and in mails, and whether a reader takes it for that of this server. */
import type { StoredSettings } from '../../core/authz/org-settings.ts'
import { skeletonOf } from '../users/usernames.ts'

/** Letters and digits alone, without what no reader sees. Letters that look alike are one letter (UTS 39). */
async function looksOf(name: string): Promise<string[]> {
  const plain = name.normalize('NFKD').replaceAll(/[\p{Default_Ignorable_Code_Point}\p{C}]/gu, '')
  // A capital looks like other letters than its small one: `I` like `l`, and `i` like none.
  const forms = [plain, plain.toLowerCase(), plain.toUpperCase()]
  const skeletons = await Promise.all(forms.map(skeletonOf))
  return skeletons.map((skeleton) => skeleton.replaceAll(/[^\p{L}\p{N}]/gu, ''))
}

export async function looksLikeServer(name: string, { brandName }: { brandName: string }): Promise<boolean> {
  const [own, server] = await Promise.all([looksOf(name), looksOf(brandName)])
  return own.some((looks) => server.includes(looks))
}

/**
 * The name with which an organisation stands on a page or in a mail: never none, because its logo and its links beside the name of
 * the server would be those of the server. Undefined: that name is as good as the server's, so nothing of its brand is shown.
 */
export async function shownName(
  config: { brandName: string },
  { name, branding }: { name: string; branding: NonNullable<StoredSettings['branding']> },
): Promise<string | undefined> {
  const own = branding.name || name
  return (await looksLikeServer(own, config)) ? undefined : own
}
