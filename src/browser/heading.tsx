/** @jsxImportSource preact */
/**
 * The h1 of a page, and the title of the window. It takes the focus when a person came here by a link.
 *
 *     <Heading title={user.name} back={{ href: '/console/users', label: 'Users' }}><button …>Disable</button></Heading>
 */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { pathname, takeHeadingFocus } from './navigation.ts'

/** What the title of the window ends with: ` · Console`. */
const SITE = document.title

export interface HeadingProps {
  title: string
  /** Where this page belongs to. */
  back?: { href: string; label: string }
  /** Said below the title. */
  lead?: ComponentChildren
  /** The actions of the page. */
  children?: ComponentChildren
}

export function Heading({ title, back, lead, children }: HeadingProps) {
  const h1 = useRef<HTMLHeadingElement>(null)
  const at = pathname.value
  useLayoutEffect(() => {
    document.title = `${title} · ${SITE}`
    if (at === location.pathname && takeHeadingFocus()) h1.current?.focus({ preventScroll: true })
  }, [title, at])
  return (
    <div class="heading">
      <div>
        {back && (
          <a class="back" href={back.href}>
            <span aria-hidden="true">←</span> {back.label}
          </a>
        )}
        <h1 ref={h1} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <div class="soft">{lead}</div>}
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </div>
  )
}
