/** @jsxImportSource preact */
/**
 * Search as you type: `<SearchBox label="Search users" value={q} onSearch={(q) => setQuery({ q })} />`. It waits until the person
 * pauses. Whoever loads the list drops the answer to what was asked before (`pagedList`).
 */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

const PAUSE_MS = 200

export function SearchBox({
  label,
  value,
  onSearch,
}: {
  label: string
  value: string
  onSearch: (text: string) => void
}) {
  const written = useSignal(value)
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const asked = useRef(value)
  useEffect(() => {
    // The address changed by the back button, not by this field.
    if (value !== asked.current) {
      asked.current = value
      written.value = value
    }
  }, [value])
  useEffect(() => () => clearTimeout(pause.current), [])
  const ask = (text: string) => {
    clearTimeout(pause.current)
    asked.current = text.trim()
    onSearch(text.trim())
  }
  return (
    <search class="search">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          ask(written.value)
        }}
      >
        <input
          type="search"
          aria-label={label}
          placeholder={label}
          autocomplete="off"
          spellcheck={false}
          maxLength={100}
          value={written.value}
          onInput={({ currentTarget }) => {
            written.value = currentTarget.value
            clearTimeout(pause.current)
            pause.current = setTimeout(() => ask(currentTarget.value), PAUSE_MS)
          }}
        />
      </form>
    </search>
  )
}

/** One choice of a list, which applies at once. The empty value is the first option, and means no filter. */
export const FilterSelect = ({
  label,
  value,
  options,
  onValue,
}: {
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onValue: (value: string) => void
}) => (
  <label class="filter">
    <span>{label}</span>
    <select value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
      {options.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  </label>
)
