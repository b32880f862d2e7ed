/** @jsxImportSource preact */
/**
 * Reads an item again before it is changed. The row of a list may be old and has no version, so a form that is filled from it
 * would undo what another person saved meanwhile, and nobody would notice.
 */
import type { ComponentChildren } from 'preact'
import { ReadDialog } from '../../../browser/dialog.tsx'
import { useLoaded } from '../../../browser/loaded.ts'
import { Failure } from '../../../browser/notice.tsx'
import { Loading } from './rows.tsx'

interface WithVersionProps<T> {
  /** Undefined: a new item. */
  path: string | undefined
  title: string
  onClose: () => void
  children: (item: T | undefined, etag: string | undefined) => ComponentChildren
}

export function WithVersion<T>({ path, title, onClose, children }: WithVersionProps<T>) {
  const { value, etag, problem } = useLoaded<T>(path)
  if (path === undefined || value !== undefined) return <>{children(value, etag)}</>
  return (
    <ReadDialog title={title} onClose={onClose}>
      {problem === undefined ? <Loading /> : <Failure problem={problem} />}
    </ReadDialog>
  )
}
