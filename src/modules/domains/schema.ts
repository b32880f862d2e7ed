import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { domainToAscii } from '../../lib/domains.ts'
import { iso } from '../../lib/iso-time.ts'
import { OrgId } from '../orgs/schema.ts'

const closed = { additionalProperties: false }
const DomainId = Type.String({ pattern: '^dom_[0-9a-f]{32}$', examples: ['dom_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const Time = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const TimeOrNull = Type.Union([Time, Type.Null()])

const read = (typed: string): string | undefined => domainToAscii(typed.trim().normalize('NFKC'))
const FORMAT = 'idn-hostname'
FormatRegistry.Set(FORMAT, (value) => read(value) !== undefined)

/** A domain in any script. It is decoded to its form in the DNS (UTS 46). */
const DomainName = Type.Transform(
  Type.String({ minLength: 3, maxLength: 260, format: FORMAT, examples: ['acme.example'] }),
)
  .Decode((typed) => read(typed) ?? typed)
  .Encode((domain) => domain)

const AutoJoin = Type.Boolean({
  description: 'Whether people with a verified address of this domain become members when they sign in.',
  examples: [false],
})

export const DomainParams = t.Object({ id: OrgId, domainId: DomainId })
export const AddDomain = Type.Object(
  { domain: DomainName, autoJoin: Type.Optional(AutoJoin) },
  { ...closed, title: 'AddDomain' },
)
export const UpdateDomain = Type.Object({ autoJoin: AutoJoin }, { ...closed, title: 'UpdateDomain' })

export const Domain = Type.Object(
  {
    id: DomainId,
    domain: Type.String({ description: 'In the form of the DNS.', examples: ['acme.example'] }),
    autoJoin: AutoJoin,
    status: Type.Union([Type.Literal('pending'), Type.Literal('verified')]),
    record: Type.Object(
      {
        type: Type.Literal('TXT'),
        name: Type.String({ examples: ['_threeger.acme.example'] }),
        value: Type.String({ examples: ['threeger-verification=4nWmC0dZ9uS2kQ8xYb1LrA'] }),
      },
      { description: 'The record to set in the DNS, and to keep there.' },
    ),
    createdAt: Time,
    verifiedAt: TimeOrNull,
    checkedAt: TimeOrNull,
  },
  { title: 'Domain' },
)
export const Domains = Type.Object(
  {
    items: Type.Array(Domain, { maxItems: 50, description: 'Sorted by name.' }),
    nextCursor: Type.Null({ description: 'The list is complete.', examples: [null] }),
  },
  { title: 'Domains' },
)

interface DomainColumns {
  id: string
  domain: string
  autoJoin: boolean
  challenge: string
  createdAt: number
  verifiedAt: number | null
  checkedAt: number | null
}

/** The record that proves the domain. */
export const recordOf = ({ domain, challenge }: Pick<DomainColumns, 'domain' | 'challenge'>) => ({
  type: 'TXT' as const,
  name: `_threeger.${domain}`,
  value: `threeger-verification=${challenge}`,
})

const time = (at: number | null): string | null => (at === null ? null : iso(at))

export const toDomain = (row: DomainColumns): Static<typeof Domain> => ({
  id: row.id,
  domain: row.domain,
  autoJoin: row.autoJoin,
  status: row.verifiedAt === null ? 'pending' : 'verified',
  record: recordOf(row),
  createdAt: iso(row.createdAt),
  verifiedAt: time(row.verifiedAt),
  checkedAt: time(row.checkedAt),
})
