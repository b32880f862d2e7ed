/** @jsxImportSource preact */
/** Text as it is, such as code. A region that scrolls has a name, and the keyboard reaches it. */
import type { ComponentChildren } from 'preact'

export const Scroll = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
  <section class="scroll" aria-label={label} tabIndex={0}>
    <pre>{children}</pre>
  </section>
)
