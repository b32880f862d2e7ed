/** Entity tags of versioned rows (RFC 9110 §8.8.3, §13.1.1). */

export const etag = (version: number): string => `"${version}"`

/**
 * The versions an If-Match accepts: undefined for none given or `*`. Weak and foreign tags match nothing, because
 * If-Match compares strongly.
 */
export function matchVersions(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  return header.split(',').flatMap((tag) => {
    const version = /^\s*"(\d{1,15})"\s*$/.exec(tag)?.[1]
    return version === undefined ? [] : [Number(version)]
  })
}
