/** @jsxImportSource preact */
/** The numbers of now. */
import { can } from '../../viewer.ts'
import { type Day, formatted, type Stats } from './stats.ts'

export function Counts({ stats: { totals, days } }: { stats: Stats }) {
  const today = days.at(-1)
  const yesterday = days.at(-2)
  return (
    <ul class="counts">
      <Count title="Users" value={totals.users} href={can('users:read') ? '/console/users' : undefined} />
      <Count title="Organisations" value={totals.organisations} href={can('orgs:read') ? '/console/orgs' : undefined} />
      <Count title="Valid sessions" value={totals.sessions} />
      {today && <Count title="Sign-ins today" value={today.signIns} note={compared(yesterday)} />}
    </ul>
  )
}

const compared = (day: Day | undefined): string => (day === undefined ? '' : `${formatted(day.signIns)} yesterday`)

const Count = ({
  title,
  value,
  href,
  note,
}: {
  title: string
  value: number
  href?: string | undefined
  note?: string
}) => (
  <li class="card">
    <span class="soft">{title}</span>
    <strong>{href === undefined ? formatted(value) : <a href={href}>{formatted(value)}</a>}</strong>
    {note !== undefined && note !== '' && <span class="soft">{note}</span>}
  </li>
)
