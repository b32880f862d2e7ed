/** @jsxImportSource preact */
/**
 * A table of some dozens of rows, with its acts at the end of each. On a narrow window each row is a card. For a list without
 * an end, see `src/browser/table.tsx`.
 *
 *     <Rows label="Rules" of={rules} columns={['Name', 'Effect']} rowKey={({ id }) => id} empty="There are no rules yet."
 *       cells={(rule) => [rule.name, rule.effect]} acts={(rule) => <RowAct …>Edit</RowAct>} />
 */
import type { ComponentChildren } from 'preact'
import type { Problem } from '../../../browser/api.ts'
import { Failure } from '../../../browser/notice.tsx'

/** What a list is at the moment: `pagedList` or `useLoaded` give it. */
export interface RowsOf<T> {
  items: readonly T[] | undefined
  problem: Problem | undefined
  loading: boolean
  /** Reads the next page. Absent: these are all. */
  next?: (() => void) | undefined
}

export interface RowsProps<T> {
  label: string
  of: RowsOf<T>
  columns: readonly string[]
  rowKey: (item: T) => string
  cells: (item: T) => readonly ComponentChildren[]
  acts?: (item: T) => ComponentChildren
  empty: ComponentChildren
}

export function Rows<T>({ label, of, columns, rowKey, cells, acts, empty }: RowsProps<T>) {
  const { items, problem, loading, next } = of
  return (
    <div class="rows" aria-busy={loading}>
      <Failure problem={problem} />
      {items !== undefined && items.length === 0 && !loading && problem === undefined && (
        <div class="empty">{empty}</div>
      )}
      {items === undefined && loading && <Loading />}
      {items !== undefined && items.length > 0 && (
        <table aria-label={label}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              {acts && (
                <th scope="col">
                  <span class="hidden">Acts</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={rowKey(item)}>
                {cells(item).map((cell, at) => (
                  <td key={columns[at]} data-label={columns[at]}>
                    {cell}
                  </td>
                ))}
                {acts && (
                  <td class="acts">
                    <div>{acts(item)}</div>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {/* Whoever types into a search hears what it found. */}
      <p class="hidden" role="status">
        {items === undefined || loading ? '' : `${label}: ${items.length}${next === undefined ? '' : ' or more'}`}
      </p>
      {next !== undefined && (
        <p class="more">
          <button type="button" class="button quiet" disabled={loading} onClick={next}>
            Show more
          </button>
        </p>
      )}
    </div>
  )
}

/** Appears only when it takes long, so a fast answer does not flicker. */
export const Loading = () => (
  <p class="soft late" role="status">
    Loading…
  </p>
)

/** An act of a row. `name` says of which row it is, for whoever hears the button alone. */
export const RowAct = ({
  children,
  name,
  tone = 'plain',
  onPress,
}: {
  children: string
  name: string
  tone?: 'plain' | 'bad'
  onPress: () => void
}) => (
  <button type="button" class="row-act" data-tone={tone} aria-label={`${children}: ${name}`} onClick={onPress}>
    {children}
  </button>
)
