/** Says what was done, to everyone: a line on the screen for some seconds, which screen readers read. */
import { signal } from '@preact/signals'

const SHOWN_MS = 6_000

export const announced = signal('')
let timer: ReturnType<typeof setTimeout> | undefined

export function announce(text: string): void {
  clearTimeout(timer)
  announced.value = text
  timer = setTimeout(() => {
    announced.value = ''
  }, SHOWN_MS)
}
