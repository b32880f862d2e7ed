/** @jsxImportSource @kitajs/html */
/** What is on the screen until the program runs. It has the place and the look of what the program draws, so nothing jumps. */
import { toHtml } from '../mail/to-html.ts'

export const firstPaint = (brandName: string, waits: string): string =>
  toHtml(
    <header class="top">
      <span class="brand" safe>
        {brandName}
      </span>
    </header>,
  ) +
  toHtml(
    <div class="frame">
      <span></span>
      <main>
        <p class="soft late" safe>
          {waits}
        </p>
      </main>
    </div>,
  )
