const MAX_DERIVED = 48

/** The slug of a name: its Latin letters without marks, and its digits. `org` if there are none. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_DERIVED)
    .replace(/^-+|-+$/g, '')
  return slug.length < 2 ? `org${slug && `-${slug}`}` : slug
}
