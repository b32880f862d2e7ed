/** @jsxImportSource preact */
/** The condition of a rule in CEL, with the fields that it may read. A field is put in where the caret is. */
import { useId, useRef } from 'preact/hooks'
import type { Problem } from '../../../../../browser/api.ts'
import { faultsAt } from '../../../../../browser/faults.ts'
import type { Bound } from '../../../../../browser/fields.tsx'

/** What the server knows of questions, whatever they are about: docs/authzen.md. */
const ALWAYS: readonly (readonly [string, string])[] = [
  ['actor.id', 'who asks'],
  ['actor.type', 'user or api_key'],
  ['actor.roles', 'in the instance'],
  ['actor.orgRoles', 'in the organisation'],
  ['actor.email', 'text'],
  ['actor.emailVerified', 'bool'],
  ['actor.mfa', 'bool'],
  ['resource.id', 'text'],
  ['resource.type', 'text'],
  ['context.ip', 'text'],
  ['context.time', 'time'],
  ['context.method', 'text'],
]

const EXAMPLES = [
  'resource.owner == actor.id',
  'resource.amount > 1000 && !("admin" in actor.orgRoles)',
  '!has(resource.lockedAt) || timestamp(resource.lockedAt) > timestamp(context.time)',
]

interface ConditionFieldProps extends Bound<string> {
  /** Of the resource type that the rule is about. */
  attributes: Readonly<Record<string, string>>
  /** Said of the condition before it is saved. */
  warning?: string | undefined
  problem: Problem | undefined
}

export function ConditionField({ name, value, onValue, attributes, warning, problem }: ConditionFieldProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const faults = faultsAt(problem, '/condition')
  const put = (text: string) => {
    const { selectionStart: from = value.length, selectionEnd: to = value.length } = area.current ?? {}
    onValue(value.slice(0, from) + text + value.slice(to))
    area.current?.focus()
  }
  const own = Object.entries(attributes).map(([attribute, type]) => [`resource.${attribute}`, type] as const)
  return (
    <div class="field roomy">
      <label for={id}>Condition</label>
      <textarea
        ref={area}
        id={id}
        class="mono"
        name={name}
        rows={4}
        required
        maxLength={4000}
        spellcheck={false}
        autocomplete="off"
        placeholder="!actor.mfa"
        value={value}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
        aria-invalid={faults.length > 0 || undefined}
        aria-describedby={faults.length > 0 ? `${id}-fault ${id}-hint` : `${id}-hint`}
      />
      {faults.length > 0 && (
        <p class="fault" id={`${id}-fault`}>
          {faults.join(' ')}
        </p>
      )}
      <div role="status">{warning !== undefined && <p class="warning">{warning}</p>}</div>
      <p class="soft" id={`${id}-hint`}>
        In{' '}
        <a href="https://cel.dev" target="_blank" rel="noreferrer">
          CEL
        </a>
        . At most 1,000 characters, and its result is true or false.
      </p>
      <p class="noun">Fields that it may read</p>
      <ul class="chips">
        {[...own, ...ALWAYS].map(([path, type]) => (
          <li key={path}>
            <button
              type="button"
              class="chip"
              title={`Put ${path} into the condition (${type})`}
              onClick={() => put(path)}
            >
              <code>{path}</code> <span class="soft">{type}</span>
            </button>
          </li>
        ))}
      </ul>
      <details>
        <summary>Examples</summary>
        <ul class="chips">
          {EXAMPLES.map((example) => (
            <li key={example}>
              <button type="button" class="chip" onClick={() => onValue(example)}>
                <code>{example}</code>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}
