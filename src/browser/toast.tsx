/** @jsxImportSource preact */
/**
 * Says that something was done: `toast('The user is disabled.')`. Screen readers read it. It goes after a while; a failure
 * belongs beside what failed (`Failure`) and stays there. The program draws `<Toasts />` once.
 */
import { signal } from '@preact/signals'

const SHOWN_MS = 6_000
const shown = signal<readonly { id: number; text: string }[]>([])
let last = 0

export function toast(text: string): void {
  last += 1
  const id = last
  shown.value = [...shown.value, { id, text }].slice(-3)
  setTimeout(() => dismiss(id), SHOWN_MS)
}

const dismiss = (id: number) => {
  shown.value = shown.value.filter((one) => one.id !== id)
}

export const Toasts = () => (
  <div class="toasts" role="status">
    {shown.value.map(({ id, text }) => (
      <p key={id}>
        <span>{text}</span>
        <button type="button" class="plain" aria-label="Dismiss" onClick={() => dismiss(id)}>
          ×
        </button>
      </p>
    ))}
  </div>
)
