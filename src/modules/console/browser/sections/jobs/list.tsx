/** @jsxImportSource preact */
/** All jobs, newest first, by state and kind. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { Heading } from '../../../../../browser/heading.tsx'
import { pagedList } from '../../../../../browser/list.ts'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../../browser/search-box.tsx'
import { Table } from '../../../../../browser/table.tsx'
import { withQuery } from '../../lists.ts'
import { can } from '../../viewer.ts'
import { type Job, jobPage, STATES } from './job.ts'
import { RetryAll } from './retry-all.tsx'

const OPTIONS = [
  ['', 'Any state'],
  ...Object.entries(STATES).map(([state, { title }]) => [state, title] as const),
] as const

export function JobList() {
  const jobs = useMemo(() => pagedList<Job>('/v1/jobs'), [])
  const [state, kind, userId] = ['state', 'kind', 'userId'].map(queryValue) as [string, string, string]
  const isRetrying = useSignal(false)
  useEffect(() => void jobs.load({ state, kind, userId }), [jobs, state, kind, userId])
  const isFiltered = state !== '' || kind !== '' || userId !== ''
  return (
    <>
      <Heading
        title="Jobs"
        lead="Mails and other work that no request waits for. A failed job is tried again by itself."
      >
        {can('jobs:write') && (
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              isRetrying.value = true
            }}
          >
            Retry all that were given up
          </button>
        )}
      </Heading>
      <div class="toolbar">
        <SearchBox label="Kind, such as mail" value={kind} onSearch={(text) => setQuery({ kind: text })} />
        <FilterSelect label="State" value={state} options={OPTIONS} onValue={(value) => setQuery({ state: value })} />
        {userId !== '' && (
          <button type="button" class="button quiet small" onClick={() => setQuery({ userId: '' })}>
            Jobs of all users
          </button>
        )}
      </div>
      <Table
        label="Jobs"
        list={jobs}
        rowKey={({ id }) => id}
        empty={isFiltered ? 'No job matches.' : 'There is no job.'}
        columns={[
          {
            title: 'Job',
            cell: ({ id, kind: of, lastError }) => (
              <a class="two" href={jobPage(id)} title={lastError ?? id}>
                {of} <span class="soft">{lastError ?? ''}</span>
              </a>
            ),
          },
          {
            title: 'State',
            tight: true,
            cell: ({ state: is }) => <Badge tone={STATES[is].tone}>{STATES[is].title}</Badge>,
          },
          { title: 'Attempts', wide: true, tight: true, cell: ({ attempts }) => String(attempts) },
          {
            title: 'Next attempt',
            wide: true,
            tight: true,
            cell: ({ state: is, runAt }) => (is === 'pending' ? <When at={runAt} /> : <span class="soft">–</span>),
          },
          { title: 'Queued', wide: true, tight: true, cell: ({ createdAt }) => <When at={createdAt} /> },
        ]}
      />
      <AsCommand
        call={{ method: 'GET', path: withQuery('/v1/jobs', { state, kind, userId }) }}
        cli={[
          'jobs',
          'list',
          ...(state === '' ? [] : [`--state=${state}`]),
          ...(kind === '' ? [] : [`--kind=${kind}`]),
        ]}
      />
      {isRetrying.value && (
        <RetryAll
          onDone={() => void jobs.reload()}
          onClose={() => {
            isRetrying.value = false
          }}
        />
      )}
    </>
  )
}
