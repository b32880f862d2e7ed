/** Entity tags of versioned rows (RFC 9110 §8.8.3, §13.1.1). */

export const etag = (version: number): string => `"${version}"`

/**
 * The versions that an If-Match header accepts. Undefined without the header and for `*`. Weak and unknown tags match
 * no version, because If-Match uses the strong comparison.
 */
export function matchVersions(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  return header.split(',').flatMap((tag) => {
    const version = /^\s*"(\d{1,15})"\s*$/.exec(tag)?.[1]
    return version === undefined ? [] : [Number(version)]
  })
}
