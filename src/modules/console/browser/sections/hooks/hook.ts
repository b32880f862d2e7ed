/** What webhooks and actions have in common: a URL that is asked, with signatures of a secret. */
import type { ComponentChildren } from 'preact'

export interface Hook {
  id: string
  url: string
  name: string
  previousSecretUntil?: string | null
  createdAt: string
}

/** Its secret this once. Absent: the answer to a repeated request, which has none. */
export interface MadeHook {
  url: string
  secret?: string
}

export interface HookEditorProps<T> {
  /** Absent: a new one. */
  of: T | undefined
  etag: string | undefined
  onDone: (made: MadeHook) => void
  onStale?: () => void
  onClose: () => void
}

/** Draws the dialog. */
export type HookEditor<T> = (props: HookEditorProps<T>) => ComponentChildren
