/** @jsxImportSource @kitajs/html */
/** What is on the screen until the program runs: the name in its place. */
import { toHtml } from '../mail/to-html.ts'

export const firstPaint = (brandName: string): string =>
  toHtml(
    <div class="console">
      <header class="side">
        <div class="top">
          <span class="home" safe>
            {brandName}
          </span>
        </div>
      </header>
      <main>
        <p class="soft late">Loading …</p>
      </main>
    </div>,
  )
