/** @jsxImportSource preact */
/** The users of the instance: the list, and one of them. */
import type { SectionProps } from '../sections.ts'
import { UserList } from './users/list.tsx'
import { UserPage } from './users/user-page.tsx'

export default ({ path: [id, tab] }: SectionProps) =>
  id === undefined ? <UserList /> : <UserPage key={id} id={id} tab={tab} />
