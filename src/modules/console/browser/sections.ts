/** The sections of the console. Each is loaded when it is opened for the first time. */
import type { ComponentType } from 'preact'

export interface SectionProps {
  /** What stands in the path after the name of the section: the id of one item, and its tab. */
  path: readonly string[]
}

export interface Section {
  /** Its path below `/console/`. */
  name: string
  title: string
  group: 'People' | 'Access' | 'Operations'
  /** Shown to who has any of these permissions in the instance. Absent: to everyone. */
  permissions?: readonly string[]
  load: () => Promise<{ default: ComponentType<SectionProps> }>
}

export const sections: readonly Section[] = [
  {
    name: 'users',
    title: 'Users',
    group: 'People',
    permissions: ['users:read'],
    load: () => import('./sections/users.tsx'),
  },
]
