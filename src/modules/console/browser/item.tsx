/** @jsxImportSource preact */
/**
 * One item of a list, in the place of the list: `?item=<id>`. It works below a section and in a tab of an organisation, and the
 * back button leads to the list.
 */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Loaded } from '../../../browser/loaded.ts'
import { pathname, queryValue } from '../../../browser/navigation.ts'
import { Failure } from '../../../browser/notice.tsx'
import { Waiting } from '../../../browser/waiting.tsx'

export const openItem = (): string => queryValue('item')
export const itemHref = (id: string): string => `${pathname.value}?${new URLSearchParams({ item: id })}`

interface ItemPageProps<T> {
  of: Loaded<T>
  /** The name of the list, to lead back. */
  list: string
  /** What an item is called, where there is none with this id. */
  what: string
  titleOf: (item: T) => string
  actions?: (item: T) => ComponentChildren
  children: (item: T) => ComponentChildren
}

export function ItemPage<T>({ of, list, what, titleOf, actions, children }: ItemPageProps<T>) {
  const item = of.value
  const heading = useRef<HTMLHeadingElement>(null)
  const arrived = item !== undefined
  // Whoever came here by a link hears where they are.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), [arrived])
  return (
    <article class="item">
      <a class="back" href={pathname.value}>
        <span aria-hidden="true">←</span> {list}
      </a>
      {item === undefined ? (
        <Waiting of={of} gone={{ what, href: pathname.value, label: list }} />
      ) : (
        <Failure problem={of.problem} />
      )}
      {item !== undefined && (
        <>
          <div class="item-head">
            <h2 ref={heading} tabIndex={-1}>
              <bdi>{titleOf(item)}</bdi>
            </h2>
            {actions && <div class="actions">{actions(item)}</div>}
          </div>
          {children(item)}
        </>
      )}
    </article>
  )
}
