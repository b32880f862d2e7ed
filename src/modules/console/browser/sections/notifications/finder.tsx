/** @jsxImportSource preact */
/** Finds a person or an organisation as one types, in a form. Who may not search enters an id. */
import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Failure } from '../../../../../browser/notice.tsx'
import { withQuery } from '../../lists.ts'
import { RowAct } from '../../rows.tsx'

const PAUSE_MS = 200
const MOST = '8'

/** A user, a member or an organisation. */
interface Found {
  id?: string
  userId?: string
  email?: string | null
  name: string
  slug?: string
}

interface FinderProps {
  label: string
  /** The list that is searched. Undefined: the person may not read it. */
  path: string | undefined
  /** Of the ids. */
  prefix: 'usr' | 'org'
  /** `more`: what tells it from others of the same name; empty where the name does. */
  onPick: (id: string, name: string, more: string) => void
}

export function Finder({ label, path, prefix, onPick }: FinderProps) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const written = useSignal('')
  const asked = useSignal('')
  const isId = new RegExp(`^${prefix}_[0-9a-f]{32}$`).test(asked.value)
  const { value, problem } = useLoaded<{ items: readonly Found[] }>(
    path === undefined || asked.value === '' || isId ? undefined : withQuery(path, { q: asked.value, limit: MOST }),
  )
  useEffect(() => () => clearTimeout(pause.current), [])
  const ask = (text: string) => {
    clearTimeout(pause.current)
    asked.value = text.trim()
  }
  const found = isId ? [{ id: asked.value, name: asked.value }] : asked.value === '' ? undefined : value?.items
  return (
    <>
      <label for={id}>{label}</label>
      <input
        ref={field}
        id={id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        placeholder={path === undefined ? `${prefix}_…` : undefined}
        value={written.value}
        onInput={({ currentTarget }) => {
          written.value = currentTarget.value
          clearTimeout(pause.current)
          pause.current = setTimeout(() => ask(currentTarget.value), PAUSE_MS)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault() // it would send the form
          ask(written.value)
        }}
      />
      <Failure problem={problem} />
      {found !== undefined && found.length > 0 && (
        <ul class="items found" aria-label="Found">
          {found.map((one) => {
            const key = one.userId ?? one.id ?? ''
            const name = one.email || one.name || key
            const more = one.slug ?? (one.email ? one.name : '')
            return (
              <li key={key}>
                <span>
                  <bdi>{name}</bdi> <bdi class="soft">{more}</bdi>
                </span>
                <RowAct
                  name={name}
                  onPress={() => {
                    onPick(key, name, more)
                    written.value = ''
                    asked.value = ''
                    field.current?.focus()
                  }}
                >
                  Add
                </RowAct>
              </li>
            )
          })}
        </ul>
      )}
      <p class={found?.length === 0 ? 'soft' : 'hidden'} role="status">
        {found === undefined ? '' : found.length === 0 ? 'Nobody was found.' : `${found.length} found`}
      </p>
    </>
  )
}
