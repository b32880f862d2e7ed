/** @jsxImportSource preact */
/**
 * Fields of a form. Each shows the fault that the server found in it, by its JSON Pointer.
 *
 *     const fields = useFields({ email: '', role: 'user', verified: false })
 *     <TextField {...fields.text('email')} label="E-mail" type="email" required problem={problem} />
 *     <SelectField {...fields.text('role')} label="Role" options={[['user', 'user'], …]} />
 *     <CheckField {...fields.check('verified')} label="The address is verified" />
 *     … body: fields.value
 */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { Problem } from './api.ts'
import { faultsAt } from './faults.ts'

type Values = Record<string, string | boolean>
type NamesOf<T, V> = { [K in keyof T]: T[K] extends V ? K : never }[keyof T] & string

export interface Bound<V> {
  name: string
  value: V
  onValue: (value: V) => void
}

export interface Fields<T extends Values> {
  value: T
  /** Whether a value is not the one it began with. */
  changed: boolean
  set(values: Partial<T>): void
  text(name: NamesOf<T, string>): Bound<string>
  check(name: NamesOf<T, boolean>): Bound<boolean>
}

export function useFields<T extends Values>(initial: T): Fields<T> {
  const values = useSignal(initial)
  const first = useSignal(initial)
  const set = (changed: Partial<T>) => {
    values.value = { ...values.value, ...changed }
  }
  const bind = <V,>(name: string): Bound<V> => ({
    name,
    value: values.value[name] as V, // NamesOf has checked that the value of this name is one
    onValue: (value) => set({ [name]: value } as unknown as Partial<T>),
  })
  return {
    value: values.value,
    changed: Object.entries(values.value).some(([name, value]) => first.value[name] !== value),
    set,
    text: bind,
    check: bind,
  }
}

/** Those of a group of fields. */
export const Faults = ({ of }: { of: readonly string[] }) => (
  <>
    {of.map((text) => (
      <p key={text} class="fault">
        {text}
      </p>
    ))}
  </>
)

interface Common {
  label: string
  hint?: ComponentChildren
  problem?: Problem | undefined
  /** Absent: `/` and the name. */
  pointer?: string
  /** A fault that the page found itself. */
  fault?: string | undefined
}

/** The label, the hint and the fault around a control, which gets their ids. */
function Labelled({
  label,
  hint,
  faults,
  children,
}: {
  label: string
  hint?: ComponentChildren
  faults: readonly string[]
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ComponentChildren
}) {
  const id = useId()
  const described = [hint !== undefined && `${id}-hint`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, describedBy: described || undefined, invalid: faults.length > 0 })}
      {hint !== undefined && (
        <p class="soft" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {faults.length > 0 && (
        <p class="fault" id={`${id}-fault`}>
          {faults.join(' ')}
        </p>
      )}
    </div>
  )
}

const faultsOf = ({ problem, pointer, fault, name }: Common & { name: string }): string[] => [
  ...(fault === undefined ? [] : [fault]),
  ...faultsAt(problem, pointer ?? `/${name}`),
]

type TextFieldProps = Common &
  Bound<string> & {
    type?: 'text' | 'email' | 'password' | 'url' | 'number' | 'date' | 'datetime-local'
    autocomplete?: string
    required?: boolean
    minLength?: number
    maxLength?: number
    placeholder?: string
    autofocus?: boolean
    inputMode?: string
    pattern?: string
    readOnly?: boolean
  }

export function TextField({
  label,
  hint,
  problem,
  pointer,
  fault,
  value,
  onValue,
  type = 'text',
  ...input
}: TextFieldProps) {
  const faults = faultsOf({ label, problem, fault, name: input.name, ...(pointer !== undefined && { pointer }) })
  // The compiler knows attributes by the type of the input, and this one is of any of the types above.
  const attributes = { ...input, type } as { type: 'text' }
  return (
    <Labelled label={label} hint={hint} faults={faults}>
      {({ id, describedBy, invalid }) => (
        <input
          autocomplete="off"
          {...attributes}
          id={id}
          value={value}
          onInput={({ currentTarget }) => onValue(currentTarget.value)}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
        />
      )}
    </Labelled>
  )
}

/** Text of several lines. `mono` for code and JSON. */
export function AreaField({
  rows = 4,
  mono = false,
  required = false,
  maxLength,
  ...common
}: Common & Bound<string> & { rows?: number; mono?: boolean; required?: boolean; maxLength?: number }) {
  return (
    <Labelled label={common.label} hint={common.hint} faults={faultsOf(common)}>
      {({ id, describedBy, invalid }) => (
        <textarea
          id={id}
          class={mono ? 'mono' : undefined}
          name={common.name}
          rows={rows}
          required={required}
          maxLength={maxLength}
          spellcheck={!mono}
          value={common.value}
          onInput={({ currentTarget }) => common.onValue(currentTarget.value)}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
        />
      )}
    </Labelled>
  )
}

export function SelectField({
  options,
  ...common
}: Common & Bound<string> & { options: readonly (readonly [string, string])[] }) {
  return (
    <Labelled label={common.label} hint={common.hint} faults={faultsOf(common)}>
      {({ id, describedBy, invalid }) => (
        <select
          id={id}
          name={common.name}
          value={common.value}
          onChange={({ currentTarget }) => common.onValue(currentTarget.value)}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
        >
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  )
}

export const CheckField = ({ label, name, value, onValue }: { label: ComponentChildren } & Bound<boolean>) => (
  <label class="check">
    <input
      type="checkbox"
      name={name}
      checked={value}
      onChange={({ currentTarget }) => onValue(currentTarget.checked)}
    />
    <span>{label}</span>
  </label>
)

/** The list with this item, or without it. */
export const toggled = (list: readonly string[], item: string, on: boolean): string[] =>
  on ? [...list, item] : list.filter((one) => one !== item)

/** Several of a list, such as roles. `value` are those that are chosen. */
export function ChoiceField({
  label,
  hint,
  options,
  value,
  onValue,
  problem,
  pointer,
}: {
  label: string
  hint?: ComponentChildren
  options: readonly string[]
  value: readonly string[]
  onValue: (value: string[]) => void
  problem?: Problem | undefined
  pointer: string
}) {
  const faults = faultsAt(problem, pointer)
  return (
    <fieldset class="field choices">
      <legend>{label}</legend>
      {options.map((option) => (
        <CheckField
          key={option}
          label={option}
          name={option}
          value={value.includes(option)}
          onValue={(on) => onValue(toggled(value, option, on))}
        />
      ))}
      {hint !== undefined && <p class="soft">{hint}</p>}
      {faults.length > 0 && <p class="fault">{faults.join(' ')}</p>}
    </fieldset>
  )
}

/** Text that must be a JSON object. */
export function readJsonObject(text: string): { value: Record<string, unknown> } | { fault: string } {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: { ...value } }
    return { fault: 'It must be a JSON object: { "key": "value" }.' }
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` }
  }
}
