/** @jsxImportSource preact */
/** Permissions to choose from, by their noun. A long list is searched. */
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { Problem } from '../../../../../browser/api.ts'
import { faultsAt } from '../../../../../browser/faults.ts'
import { CheckField, Faults, toggled } from '../../../../../browser/fields.tsx'
import type { ListedPermission } from '../../../../permissions/schema.ts'
import { groupsOf } from './groups.ts'

export interface ChecklistProps {
  label: string
  hint?: string
  options: readonly ListedPermission[]
  value: readonly string[]
  onValue: (value: string[]) => void
  problem: Problem | undefined
  /** Where the list is in the body: `/permissions`. */
  pointer: string
}

export function PermissionChecklist({ label, hint, options, value, onValue, problem, pointer }: ChecklistProps) {
  const q = useSignal('')
  const id = useId()
  // What was chosen and is not offered any more stays visible, so that it can be taken away.
  const missing = value
    .filter((name) => !options.some((one) => one.name === name))
    .map((name): ListedPermission => ({ name, description: '', builtIn: false, validIn: [] }))
  const matching = [...options, ...missing].filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(q.value.trim().toLowerCase()),
  )
  return (
    <fieldset class="field roomy permissions">
      <legend>
        {label} <span class="soft">({value.length} chosen)</span>
      </legend>
      {hint !== undefined && <p class="soft">{hint}</p>}
      <input
        type="search"
        aria-label={`Search: ${label}`}
        placeholder="Search permissions"
        aria-controls={id}
        autocomplete="off"
        value={q.value}
        onInput={({ currentTarget }) => (q.value = currentTarget.value)}
      />
      <Faults of={faultsOf(problem, pointer, value)} />
      <div id={id} class="groups">
        {groupsOf(matching).map(({ noun, permissions }) => (
          <fieldset key={noun}>
            <legend class="noun">{noun}</legend>
            {permissions.map(({ name, description }) => (
              <CheckField
                key={name}
                name={name}
                value={value.includes(name)}
                onValue={(on) => onValue(toggled(value, name, on))}
                label={
                  <>
                    <code>{name}</code>
                    {description !== '' && <span class="soft"> {description}</span>}
                  </>
                }
              />
            ))}
          </fieldset>
        ))}
        {matching.length === 0 && <p class="soft">No permission matches.</p>}
      </div>
    </fieldset>
  )
}

/** `/permissions/3` is told by the name that stands there. */
const faultsOf = (problem: Problem | undefined, pointer: string, value: readonly string[]): string[] =>
  (faultsAt(problem, pointer).length === 0 ? [] : (problem?.errors ?? [])).flatMap(({ path, message }) => {
    if (path === pointer) return [message]
    if (!path.startsWith(`${pointer}/`)) return []
    const name = value[Number(path.slice(pointer.length + 1))]
    return [name === undefined ? message : `${name}: ${message}`]
  })
