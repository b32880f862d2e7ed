/** DNS messages (RFC 1035 §4): a question for the TXT records of a name, and its answer. */

const TYPE_CNAME = 5
const TYPE_TXT = 16
const CLASS_IN = 1
const HEADER_BYTES = 12
/** RFC 1035 §2.3.4. */
const MAX_NAME = 255
const MAX_RECORDS = 200

export interface TxtAnswer {
  /** RCODE (RFC 1035 §4.1.1): 0 for success, 2 for SERVFAIL, 3 for NXDOMAIN. */
  rcode: number
  /** The text of each TXT record of the name, or of the name that its CNAMEs lead to. The strings of a record are joined. */
  texts: string[]
}

/** The question for the TXT records of an ASCII name. The id is 0, so that caches can reuse the answer (RFC 8484 §4.1). */
export function encodeTxtQuery(name: string): Uint8Array<ArrayBuffer> {
  const labels = name.split('.').flatMap((label) => [label.length, ...[...label].map((char) => char.charCodeAt(0))])
  // RD; one question.
  return Uint8Array.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, TYPE_TXT, 0, CLASS_IN])
}

/** Reads the answer to `encodeTxtQuery(name)`. Undefined for bytes that are no complete answer to this question. */
export function decodeTxtAnswer(bytes: Uint8Array, name: string): TxtAnswer | undefined {
  try {
    return decode(new Reader(bytes), name)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function decode(reader: Reader, name: string): TxtAnswer {
  const id = reader.number16()
  const flags = reader.number16()
  const [questions, answers] = [reader.number16(), reader.number16()]
  const isAnswer = (flags & 0x8000) !== 0
  const isTruncated = (flags & 0x0200) !== 0
  const opcode = (flags >> 11) & 15
  if (id !== 0 || !isAnswer || isTruncated || opcode !== 0 || questions !== 1 || answers > MAX_RECORDS)
    throw new RangeError('no answer to this question')
  reader.at = HEADER_BYTES
  if (reader.name() !== name || reader.number16() !== TYPE_TXT || reader.number16() !== CLASS_IN)
    throw new RangeError('the answer to another question')
  const records = Array.from({ length: answers }, () => reader.record())
  const owners = ownersOf(records, name)
  const texts = records.flatMap((record) =>
    record.type === TYPE_TXT && record.class === CLASS_IN && owners.has(record.name) ? [record.text] : [],
  )
  return { rcode: flags & 15, texts }
}

/** The name, and the names that its CNAMEs lead to. */
function ownersOf(records: readonly DnsRecord[], name: string): ReadonlySet<string> {
  const owners = new Set([name])
  for (let last = name, next: string | undefined; ; last = next) {
    next = records.find((record) => record.type === TYPE_CNAME && record.name === last)?.text
    if (next === undefined || owners.has(next)) return owners
    owners.add(next)
  }
}

interface DnsRecord {
  name: string
  type: number
  class: number
  /** The text of a TXT record, the target of a CNAME, otherwise empty. */
  text: string
}

/** Throws `RangeError` at the end of the bytes, and for anything that RFC 1035 does not allow. */
class Reader {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  number8(): number {
    const value = this.#bytes[this.at++]
    if (value === undefined) throw new RangeError('the message is too short')
    return value
  }

  number16(): number {
    return this.number8() * 256 + this.number8()
  }

  take(length: number): Uint8Array {
    const end = this.at + length
    if (end > this.#bytes.length) throw new RangeError('the message is too short')
    const taken = this.#bytes.subarray(this.at, end)
    this.at = end
    return taken
  }

  /** A name in small letters. A pointer must lead back, so the reading ends (RFC 1035 §4.1.4). */
  name(): string {
    const labels: string[] = []
    let octets = 0
    let end: number | undefined
    for (let start = this.at; ; ) {
      const length = this.number8()
      if (length === 0) break
      if (length >= 0xc0) {
        const target = (length & 0x3f) * 256 + this.number8()
        end ??= this.at
        if (target >= start) throw new RangeError('a pointer leads forward')
        start = target
        this.at = target
        continue
      }
      octets += length + 1
      if (length > 63 || octets > MAX_NAME) throw new RangeError('a name is too long')
      labels.push(latin1(this.take(length)).toLowerCase())
    }
    this.at = end ?? this.at
    return labels.join('.')
  }

  record(): DnsRecord {
    const name = this.name()
    const [type, recordClass] = [this.number16(), this.number16()]
    this.take(4) // TTL
    const length = this.number16()
    const end = this.at + length
    let text = ''
    if (type === TYPE_CNAME) text = this.name()
    else if (type === TYPE_TXT) while (this.at < end) text += latin1(this.take(this.number8()))
    else this.take(length)
    if (this.at !== end) throw new RangeError('a record has another length than it says')
    return { name, type, class: recordClass, text }
  }
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
