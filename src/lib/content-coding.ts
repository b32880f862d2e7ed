/** How a body may be compressed on its way, and which of these ways a client takes: RFC 9110 §8.4, §12.5.3. */

/** The one that makes less of a text is first. */
const CODINGS = ['br', 'gzip'] as const
export type Coding = (typeof CODINGS)[number]

const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/**
 * The coding for a client that sends this Accept-Encoding. Undefined: the body goes as it is. That is right without the header, and
 * also when the client refuses everything that we have: §12.4.1 leaves it to the server, and a client that cannot read a body is
 * better told by the body than by 406. An entry that is malformed accepts nothing.
 */
export function acceptedCoding(header: string | null): Coding | undefined {
  if (header === null) return undefined
  const weights = new Map<string, number>()
  for (const entry of header.toLowerCase().split(',')) {
    const [name = '', parameter = 'q=1', ...rest] = entry.split(';').map((part) => part.trim())
    const weight = rest.length === 0 ? WEIGHT.exec(parameter)?.[1] : undefined
    // §8.4.1.3: the old name of gzip.
    if (weight !== undefined) weights.set(name === 'x-gzip' ? 'gzip' : name, Number(weight))
  }
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0
  // Without a word about it, the body as it is is what a client likes least.
  const asItIs = weights.get('identity') ?? 0
  const [best] = CODINGS.toSorted((one, other) => weightOf(other) - weightOf(one)) // stable: the smaller one of two that are as good
  return best !== undefined && weightOf(best) > 0 && weightOf(best) >= asItIs ? best : undefined
}
