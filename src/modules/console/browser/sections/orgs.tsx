/** @jsxImportSource preact */
import type { SectionProps } from '../sections.ts'
import { OrganisationList } from './organisations/list.tsx'
import { Organisation } from './organisations/organisation.tsx'

export default function Organisations({ path: [id, tab] }: SectionProps) {
  return id === undefined || id === '' ? <OrganisationList /> : <Organisation key={id} id={id} tab={tab} />
}
