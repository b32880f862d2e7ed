/** @jsxImportSource preact */
/** A list of small records in a form: rows that can be added and removed. Faults of `/scopes/2/name` stand at their row. */
import { useId } from 'preact/hooks'
import type { Problem } from '../../../browser/api.ts'
import { faultsAt } from '../../../browser/faults.ts'

export interface RowColumn<T> {
  name: keyof T & string
  label: string
  placeholder?: string
  /** A choice instead of text. */
  options?: readonly string[]
}

export interface RowsFieldProps<T extends Record<string, string>> {
  label: string
  hint?: string
  columns: readonly RowColumn<T>[]
  blank: T
  /** The text of the button that adds a row. */
  add: string
  value: readonly T[]
  onValue: (value: T[]) => void
  problem: Problem | undefined
  pointer: string
}

export function RowsField<T extends Record<string, string>>(props: RowsFieldProps<T>) {
  const { label, hint, columns, blank, add, value, onValue, problem, pointer } = props
  const id = useId()
  const put = (at: number, name: string, text: string) =>
    onValue(value.map((row, index) => (index === at ? { ...row, [name]: text } : row)))
  const own = (problem?.errors ?? []).filter(({ path }) => path === pointer).map(({ message }) => message)
  return (
    <fieldset class="field rows-field">
      <legend>{label}</legend>
      {hint !== undefined && <p class="soft">{hint}</p>}
      {own.map((text) => (
        <p key={text} class="fault">
          {text}
        </p>
      ))}
      {value.map((row, at) => {
        const faults = faultsAt(problem, `${pointer}/${at}`)
        return (
          <div key={at} class="rows-field-row">
            {columns.map(({ name, label: column, placeholder, options }) => {
              const common = {
                'aria-label': `${column} ${at + 1}`,
                'aria-invalid': faults.length > 0 || undefined,
                'aria-describedby': faults.length > 0 ? `${id}-${at}` : undefined,
              }
              return options === undefined ? (
                <input
                  key={name}
                  {...common}
                  placeholder={placeholder ?? column}
                  autocomplete="off"
                  spellcheck={false}
                  value={row[name]}
                  onInput={({ currentTarget }) => put(at, name, currentTarget.value)}
                />
              ) : (
                <select
                  key={name}
                  {...common}
                  value={row[name]}
                  onChange={({ currentTarget }) => put(at, name, currentTarget.value)}
                >
                  {options.map((option) => (
                    <option key={option} value={option}>
                      {option}
                    </option>
                  ))}
                </select>
              )
            })}
            <button
              type="button"
              class="button quiet small"
              aria-label={`Remove ${label.toLowerCase()} ${at + 1}`}
              onClick={() => onValue(value.filter((_, index) => index !== at))}
            >
              ×
            </button>
            {faults.length > 0 && (
              <p class="fault" id={`${id}-${at}`}>
                {faults.join(' ')}
              </p>
            )}
          </div>
        )
      })}
      <button type="button" class="button quiet small" onClick={() => onValue([...value, blank])}>
        {add}
      </button>
    </fieldset>
  )
}
