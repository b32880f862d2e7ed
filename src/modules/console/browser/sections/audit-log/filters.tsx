/** @jsxImportSource preact */
/** What the list shows. The filters stand in the address, so a bookmark and the back button find them. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, type Problem } from '../../../../../browser/api.ts'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import { FilterSelect, SearchBox } from '../../../../../browser/search-box.tsx'
import { eventTypes } from './event-types.ts'
import { HOUR_MS } from '../../../../../lib/durations.ts'

const PERIODS = [
  ['', 'Any time'],
  ['1', 'Last hour'],
  ['24', 'Last day'],
  ['168', 'Last 7 days'],
  ['720', 'Last 30 days'],
  ['custom', 'From … to …'],
] as const
const TYPES = [['', 'Any event'], ...eventTypes.map((type) => [type, type] as const)] as const

/** The query of the API. `user` may be an id or an e-mail: the API takes ids, so an e-mail is looked up. */
export function useFilter(): { query: Record<string, string>; problem: string | undefined } {
  const names = ['type', 'user', 'actor', 'org', 'within', 'since', 'until'] as const
  const [type, user, actor, org, within, since, until] = names.map(queryValue) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const [about, by] = [useUserId(user), useUserId(actor)]
  const query = useMemo(() => {
    const asked: Record<string, string> = {}
    if (type !== '') asked.type = type
    if (about.id !== '') asked.userId = about.id
    if (by.id !== '') asked.actorId = by.id
    if (org !== '') asked.orgId = org
    const hours = Number(within)
    if (within !== '' && hours > 0) asked.since = new Date(Date.now() - hours * HOUR_MS).toISOString()
    if (within === 'custom') {
      if (since !== '') asked.since = inUtc(since)
      if (until !== '') asked.until = inUtc(until)
    }
    return asked
  }, [type, about.id, by.id, org, within, since, until])
  return { query, problem: about.problem ?? by.problem }
}

/** What a field of local time says, as the API takes it. */
function inUtc(local: string): string {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? local : at.toISOString()
}

/** Matches nothing. */
const NOBODY = `usr_${'0'.repeat(32)}`

function useUserId(text: string): { id: string; problem: string | undefined } {
  const found = useSignal<{ of: string; id: string; problem: string | undefined }>({
    of: '',
    id: '',
    problem: undefined,
  })
  const isEmail = text.includes('@')
  useEffect(() => {
    if (!isEmail) return
    let isWanted = true
    void userOf(text).then((answer) => {
      if (isWanted) found.value = { of: text, ...answer }
    })
    return () => {
      isWanted = false
    }
  }, [text])
  if (!isEmail) return { id: text, problem: undefined }
  return found.value.of === text ? found.value : { id: NOBODY, problem: undefined }
}

async function userOf(email: string): Promise<{ id: string; problem: string | undefined }> {
  const query = new URLSearchParams({ q: email, limit: '10' })
  const answer = await call<{ items: { id: string; email: string }[] }>('GET', `/v1/users?${query}`)
  if (!answer.ok) return { id: NOBODY, problem: answer.problem.title }
  const user = answer.body.items.find((one) => one.email.toLowerCase() === email.toLowerCase())
  return user ? { id: user.id, problem: undefined } : { id: NOBODY, problem: `No user has the address ${email}.` }
}

export function Filters({ problem }: { problem: string | undefined }) {
  const within = queryValue('within')
  return (
    <>
      <div class="toolbar filters">
        <FilterSelect label="Event" value={queryValue('type')} options={TYPES} onValue={(type) => setQuery({ type })} />
        <FilterSelect
          label="Time"
          value={within}
          options={PERIODS}
          onValue={(value) => setQuery({ within: value, since: '', until: '' })}
        />
        {within === 'custom' && (
          <>
            <Moment label="From" name="since" />
            <Moment label="To" name="until" />
          </>
        )}
      </div>
      <div class="toolbar filters">
        <SearchBox
          label="About: e-mail or user id"
          value={queryValue('user')}
          onSearch={(user) => setQuery({ user })}
        />
        <SearchBox
          label="By: e-mail or id of the actor"
          value={queryValue('actor')}
          onSearch={(actor) => setQuery({ actor })}
        />
        <SearchBox label="Organisation id" value={queryValue('org')} onSearch={(org) => setQuery({ org })} />
      </div>
      {problem !== undefined && <Failure problem={asProblem(problem)} />}
    </>
  )
}

const Moment = ({ label, name }: { label: string; name: 'since' | 'until' }) => (
  <label class="filter">
    {label}{' '}
    <input
      type="datetime-local"
      value={queryValue(name)}
      onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}
    />
  </label>
)

const asProblem = (title: string): Problem => ({
  code: 'filter.invalid',
  status: 0,
  title,
  errors: [],
  requestId: undefined,
  decisionId: undefined,
  retryAfterSeconds: undefined,
})
