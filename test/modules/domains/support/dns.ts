/** A resolver for tests: answers DNS over HTTPS from a list of records. */
import type { TestApp } from '../../../support/test-app.ts'

export type Zone = Record<string, { txt?: (string | string[])[]; cname?: string; rcode?: number }>

const name = (text: string): number[] => [
  ...text.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]),
  0,
]
const number16 = (value: number): number[] => [value >> 8, value & 255]
export const record = (owner: string, type: number, data: number[]): number[] => [
  ...name(owner),
  ...number16(type),
  ...number16(1),
  0,
  0,
  1,
  44,
  ...number16(data.length),
  ...data,
]
/** The strings of a TXT record. */
export const strings = (chunks: string[]): number[] =>
  chunks.flatMap((chunk) => [chunk.length, ...new TextEncoder().encode(chunk)])

/** A whole answer to a question for TXT records. */
export const message = (
  asked: string,
  records: number[][],
  { rcode = 0, flags = 0x8180, id = 0, type = 16 } = {},
): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...number16(id),
    ...number16(flags | rcode),
    ...number16(1),
    ...number16(records.length),
    0,
    0,
    0,
    0,
    ...name(asked),
    ...number16(type),
    ...number16(1),
    ...records.flat(),
  ])

/** The name in a question. */
export function askedName(query: Uint8Array): string {
  const labels: string[] = []
  for (let at = 12; query[at]; at += (query[at] ?? 0) + 1)
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + (query[at] ?? 0))))
  return labels.join('.')
}

export const dnsResponse = (body: BodyInit, headers: Record<string, string> = {}, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'application/dns-message', ...headers } })

/** Answers from `zone`, which the test may change. A name that is not there is NXDOMAIN. */
export function resolver(t: TestApp, zone: Zone): void {
  t.foreign.answer = async (_, init) => {
    const asked = askedName(init?.body as Uint8Array) // the body of `resolveTxt`
    const records: number[][] = []
    let at = asked
    for (let hop = zone[at]; hop?.cname !== undefined; hop = zone[at]) {
      records.push(record(at, 5, name(hop.cname)))
      at = hop.cname
    }
    const found = zone[at]
    for (const text of found?.txt ?? []) records.push(record(at, 16, strings([text].flat())))
    return dnsResponse(message(asked, records, { rcode: found === undefined ? 3 : (found.rcode ?? 0) }))
  }
}
