/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  onClose: () => void
  children: ComponentChildren
}

/**
 * A modal dialog. The browser keeps the focus in it. Escape closes it. The focus returns to where it was, if that place still
 * exists; else to the heading of the page.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => giveFocusBack(before)
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

/** A dialog that is only read. A button at its end closes it. */
export const ReadDialog = ({ title, onClose, children }: DialogProps) => (
  <Dialog title={title} onClose={onClose}>
    {children}
    <div class="buttons">
      <button type="button" class="button quiet" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
)

/** The browser does it for a dialog that is closed, not for one that is removed. Later: the page removes what was deleted first. */
function giveFocusBack(before: Element | null): void {
  setTimeout(() => {
    const taken = document.activeElement
    if (taken !== null && taken !== document.body) return // something else wanted it
    if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus()
    else document.querySelector<HTMLElement>('h1[tabindex]')?.focus()
  })
}
