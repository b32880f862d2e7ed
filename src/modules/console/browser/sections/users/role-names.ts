/** The roles of the instance that a person may choose from. */
import { signal } from '@preact/signals'
import { call } from '../../../../../browser/api.ts'
import { can } from '../../viewer.ts'

const known = signal<readonly string[]>([])
let asked = false

/** Those that the server lists, and these, which are in use: without `roles:read` there are no others to offer. */
export function roleNames(used: readonly string[] = []): readonly string[] {
  if (!asked && can('roles:read')) {
    asked = true
    void call<{ items: { name: string }[] }>('GET', '/v1/roles').then((answer) => {
      if (answer.ok) known.value = answer.body.items.map(({ name }) => name)
      else asked = false
    })
  }
  return [...new Set(['admin', 'user', ...known.value, ...used])]
}
