/** @jsxImportSource preact */
/** Work that no request waits for: the list, and one job. */
import type { SectionProps } from '../sections.ts'
import { JobPage } from './jobs/job-page.tsx'
import { JobList } from './jobs/list.tsx'

export default ({ path: [id] }: SectionProps) => (id === undefined ? <JobList /> : <JobPage key={id} id={id} />)
