/** @jsxImportSource preact */
/**
 * A table of a list of the API, however long: the document holds only the rows that can be seen, and pages are read by cursor as
 * they come near (`list.ts` lets go of those far away). Arrow keys, Home and End move between the rows.
 *
 *     const users = pagedList<User>('/v1/users')
 *     <Table label="Users" list={users} rowKey={({ id }) => id} empty="No user matches." columns={[
 *       { title: 'E-mail', sort: 'email', cell: (user) => <a href={`/console/users/${user.id}`}>{user.email}</a> },
 *       { title: 'Created', wide: true, cell: ({ createdAt }) => <When at={createdAt} /> } ]}
 *       sort={queryValue('sort')} onSort={(sort) => setQuery({ sort })} />
 *
 * The first link or button of a row gets its focus. Rows have one height, and long text is cut: `title` shows all of it.
 * `wide` columns are hidden on narrow screens. For a short list without pages, use `<table class="plain">`.
 */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { List } from './list.ts'
import { Failure } from './notice.tsx'

export interface Column<T> {
  title: string
  cell: (item: T) => ComponentChildren
  /** The name by which the API sorts. Descending has `-` before it. */
  sort?: string
  /** Hidden where the screen is narrow. */
  wide?: boolean
  /** Takes only the width it needs. */
  tight?: boolean
}

export interface TableProps<T> {
  label: string
  list: List<T>
  columns: readonly Column<T>[]
  rowKey: (item: T) => string
  /** Said when there is nothing. */
  empty: ComponentChildren
  sort?: string
  onSort?: (sort: string) => void
}

/** Rows beyond each edge of the window that are drawn too. */
const BEYOND = 10
const ROW_PX = 52
/** What the arrow keys move to. */
const TARGET = 'a, button'

export function Table<T>({ label, list, columns, rowKey, empty, sort, onSort }: TableProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null)
  const height = useRef(ROW_PX)
  const wanted = useRef<number | undefined>(undefined)
  const from = useSignal(0)
  const count = useSignal(Math.ceil(innerHeight / ROW_PX) + BEYOND)
  const drawn = useSignal(0)
  const frame = useRef<HTMLDivElement>(null)
  const items = list.items.value
  const more = list.more.value
  const held = list.before.value
  const end = held + items.length
  const total = end + list.after.value
  void drawn.value // `onKeyDown` asks for another drawing

  useEffect(() => {
    const look = () => {
      if (body.current === null) return
      const above = -body.current.getBoundingClientRect().top / height.current
      from.value = Math.max(0, Math.floor(above) - BEYOND)
      count.value = Math.ceil(innerHeight / height.current) + 2 * BEYOND
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [])

  const first = Math.max(0, Math.min(from.value, total - 1))
  const last = from.value + count.value
  /** What of that is held. */
  const top = Math.min(Math.max(first, held), end)
  const bottom = Math.max(top, Math.min(last, end))
  useEffect(() => void list.near(first - BEYOND, last + BEYOND), [first, last, items, list.loading.value])

  // A new query begins at its first row, however far the person was in the rows of the one before.
  const begun = list.begun.value
  useLayoutEffect(() => {
    if ((frame.current?.getBoundingClientRect().top ?? 0) < 0) frame.current?.scrollIntoView()
  }, [begun])

  useLayoutEffect(() => {
    const row = body.current?.querySelector<HTMLElement>('tr[data-index]')
    if (row) height.current = row.offsetHeight || ROW_PX
    if (wanted.current === undefined) return
    const target = body.current?.querySelector<HTMLElement>(`tr[data-index="${wanted.current}"] :is(${TARGET})`)
    if (!target) return
    wanted.current = undefined
    // The row may have come with a later page. The focus of somebody who went elsewhere meanwhile stays there.
    const { activeElement } = document
    if (activeElement === document.body || body.current?.contains(activeElement)) target.focus({ preventScroll: true })
  })

  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-index]') : null
    if (row === null || event.altKey || event.ctrlKey || event.metaKey) return
    const at = Number(row.dataset.index)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: total - 1 }[event.key]
    if (to === undefined || to < 0 || to >= total + (more ? 1 : 0) || body.current === null) return
    event.preventDefault()
    wanted.current = to
    const place = body.current.getBoundingClientRect().top + to * height.current
    if (place < 120 || place > innerHeight - 2 * height.current) scrollBy(0, place - innerHeight / 2)
    from.value = Math.max(0, Math.min(from.value, to - BEYOND))
    if (to >= from.value + count.value) from.value = Math.max(0, to - BEYOND)
    drawn.value += 1 // the effect above finds the row
  }

  return (
    <div ref={frame} class="table" aria-busy={list.loading.value}>
      <table aria-label={label} aria-rowcount={more ? -1 : total + 1} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Header key={column.title} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Space rows={top} height={height.current} />
          {items.slice(top - held, bottom - held).map((item, index) => (
            <tr key={rowKey(item)} data-index={top + index} aria-rowindex={top + index + 2}>
              {columns.map(({ title, cell, wide, tight }) => (
                <td key={title} class={classOf(wide, tight)}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
          <Space rows={total - bottom} height={height.current} />
        </tbody>
      </table>
      {list.ready.value && items.length === 0 && !list.problem.value && <div class="empty">{empty}</div>}
      <p class="soft status" role="status">
        {list.loading.value ? 'Loading …' : ''}
      </p>
      {/* Whoever types into a search hears what it found. */}
      <p class="hidden" role="status">
        {list.ready.value && !list.loading.value ? `${label}: ${more ? 'more than a page' : total}` : ''}
      </p>
      <Failure problem={list.problem.value} />
      {list.problem.value && (
        <button type="button" class="button quiet small" onClick={() => void list.next()}>
          Try again
        </button>
      )}
    </div>
  )
}

const classOf = (wide?: boolean, tight?: boolean) =>
  [wide && 'wide', tight && 'tight'].filter(Boolean).join(' ') || undefined

/** Stands for the rows that are not drawn. It spans nothing: a hidden column that it spanned would keep its width. Readers count rows by `aria-rowindex`. */
const Space = ({ rows, height }: { rows: number; height: number }) =>
  rows > 0 ? (
    <tr class="space">
      <td style={{ height: `${rows * height}px` }} />
    </tr>
  ) : null

function Header<T>({
  column: { title, sort: name, wide, tight },
  sort = '',
  onSort,
}: {
  column: Column<T>
  sort: string | undefined
  onSort: ((sort: string) => void) | undefined
}) {
  const order =
    name === undefined ? undefined : sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined
  return (
    <th scope="col" class={classOf(wide, tight)} aria-sort={order}>
      {name === undefined || onSort === undefined ? (
        title
      ) : (
        <button type="button" class="sort" onClick={() => onSort(order === 'ascending' ? `-${name}` : name)}>
          {title} <span aria-hidden="true">{order === 'ascending' ? '↑' : order === 'descending' ? '↓' : '↕'}</span>
        </button>
      )}
    </th>
  )
}
