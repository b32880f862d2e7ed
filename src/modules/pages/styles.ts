/** The styles of the pages. They match the mails that link here. They load nothing and include a dark theme. */
import { paletteOf, type SetColors, type Theme } from '../../lib/palette.ts'
import type { BrandConfig } from './brand.ts'

/** The configuration has validated the brand. */
export function styles({ brandColor, brand: { variables } }: BrandConfig): string {
  const { radius = '0.75rem', font, light, dark } = variables
  const families = font === undefined ? FONT : `${font}, ${FONT}`
  return `:root { color-scheme: light dark; --radius: ${radius}; --font: ${families}; }
${colorRules(brandColor, { light, dark })}
${RULES}`
}

/** The colours of a brand in both themes, as rules that later ones of the same kind replace. */
export const colorRules = (brandColor: string, set: Partial<Record<Theme, SetColors>> = {}): string =>
  `:root { ${declarations(brandColor, 'light', set.light)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(brandColor, 'dark', set.dark)} } }`

const declarations = (brandColor: string, theme: Theme, set: SetColors | undefined): string =>
  Object.entries(paletteOf(brandColor, theme, set))
    .map(([name, color]) => `--${name}: ${color};`)
    .join(' ')

const FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

const RULES = `*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100svh; display: flex; flex-direction: column; align-items: center; padding-block: clamp(1.25rem, 7vh, 5rem) 1.5rem; padding-inline: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.55 var(--font); overflow-wrap: anywhere; }
header, main, footer { inline-size: 100%; max-inline-size: 27rem; }
.brand { display: flex; align-items: center; gap: 0.625rem; margin-block: 0 1.1rem; padding-inline: 0.25rem; font-size: 1.0625rem; font-weight: 700; letter-spacing: -0.01em; }
.brand img { block-size: 2rem; inline-size: auto; max-inline-size: 10rem; object-fit: contain; }
main { padding: clamp(1.5rem, 6vw, 2.25rem); background: var(--card); border: 1px solid var(--line); border-block-start: 4px solid var(--brand); border-radius: var(--radius); box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 8px 24px rgb(0 0 0 / 4%); }
h1 { margin-block: 0 0.75rem; font-size: 1.375rem; line-height: 1.3; letter-spacing: -0.015em; }
h1:focus { outline: none; }
p { margin-block: 0 1rem; text-wrap: pretty; }
section > :last-child, noscript p, .field > :last-child { margin-block-end: 0; }
form { margin-block: 1.5rem 1.25rem; }
.field { margin-block: 0 1.25rem; }
label { display: block; margin-block: 0 0.375rem; font-size: 0.9375rem; font-weight: 600; }
input:not([type=checkbox]) { display: block; inline-size: 100%; min-block-size: 2.875rem; padding-block: 0.5rem; padding-inline: 0.75rem; background: var(--field); color: inherit; border: 1px solid var(--edge); border-radius: calc(var(--radius) * 2 / 3); font: inherit; }
input.code { font: 600 1.25rem/1.2 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 0.3em; }
.field .soft { margin-block: 0.375rem 0.5rem; }
.check { display: inline-flex; align-items: center; gap: 0.5rem; min-block-size: 1.75rem; font-weight: 400; cursor: pointer; }
.check input { inline-size: 1.125rem; block-size: 1.125rem; margin: 0; accent-color: var(--focus); }
.button { display: block; inline-size: 100%; min-block-size: 2.875rem; padding-block: 0.625rem; padding-inline: 1.25rem; background: var(--brand); color: var(--on-brand); border: 1px solid var(--edge); border-radius: calc(var(--radius) * 2 / 3); font: inherit; font-weight: 600; line-height: 1.4; text-align: center; text-decoration: none; cursor: pointer; }
.button:hover { box-shadow: inset 0 0 0 100vmax rgb(127 127 127 / 18%); }
[aria-busy=true] .button { opacity: 0.65; cursor: progress; }
.link { min-block-size: 2rem; padding: 0; background: none; color: var(--ink); border: 0; font: inherit; font-size: 0.9375rem; text-align: start; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.2em; cursor: pointer; }
.link:hover { text-decoration-thickness: 2px; }
:is(a, button, input):focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.soft, footer { color: var(--soft); font-size: 0.875rem; line-height: 1.5; }
.account { margin-block: 1.25rem; padding-block: 0.75rem; padding-inline: 0.875rem; background: var(--page); border: 1px solid var(--line); border-radius: calc(var(--radius) * 2 / 3); }
.account span { display: block; color: var(--soft); font-size: 0.8125rem; line-height: 1.4; }
.account .other { display: inline-block; margin-block-start: 0.25rem; color: var(--ink); font-size: 0.875rem; }
.quiet { margin-block-start: 0.75rem; background: transparent; color: var(--ink); }
.or { display: flex; align-items: center; gap: 0.75rem; margin-block: 1.25rem; color: var(--soft); font-size: 0.875rem; }
.or::before, .or::after { content: ""; flex: 1; border-block-start: 1px solid var(--line); }
.way { margin-block: 0.5rem 0; font-size: 0.9375rem; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.25rem 1rem; margin-block: 0.5rem 0; }
.row > * { margin: 0; }
.or { display: flex; align-items: center; gap: 0.875rem; margin-block: 1.25rem 0; color: var(--soft); font-size: 0.875rem; }
.or::before, .or::after { content: ""; flex: 1; border-block-start: 1px solid var(--line); }
.or + p > .quiet, .or + [hidden] + p > .quiet { margin-block-start: 1.25rem; }
.ways { margin-block: 1.5rem 0; padding-block: 1.25rem 0; border-block-start: 1px solid var(--line); font-size: 0.9375rem; }
.ways p { margin-block: 0 0.375rem; }
.account form { margin-block: 0.25rem 0; }
.accounts ul { margin-block: 1.25rem 0.5rem; padding: 0; border: 1px solid var(--line); border-radius: calc(var(--radius) * 2 / 3); list-style: none; overflow: hidden; }
.accounts li { display: flex; align-items: center; }
.accounts li + li { border-block-start: 1px solid var(--line); }
.accounts li > a { display: flex; flex: 1; align-items: center; gap: 0.75rem; min-inline-size: 0; padding-block: 0.625rem; padding-inline: 0.75rem; color: var(--ink); text-decoration: none; }
.accounts li > a:hover { background: var(--page); }
.accounts li > a:focus-visible { outline-offset: -3px; }
.accounts form { margin: 0; padding-inline-end: 0.75rem; }
.accounts .link { color: var(--soft); font-size: 0.8125rem; }
.initial { display: grid; flex: none; place-items: center; inline-size: 2rem; block-size: 2rem; border-radius: 50%; background: var(--brand); color: var(--on-brand); font-size: 0.875rem; font-weight: 600; }
.scopes { margin-block: 0 1rem; padding-inline-start: 1.25rem; }
.scopes li { margin-block: 0 0.5rem; }
.scopes .soft { margin: 0; }
.scopes pre { margin-block: 0.375rem 0; padding-block: 0.625rem; padding-inline: 0.75rem; overflow-x: auto; background: var(--page); border-radius: calc(var(--radius) / 2); font: 0.8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; }
.warning { padding-block: 0.75rem; padding-inline: 0.875rem; border-inline-start: 3px solid var(--bad); border-start-end-radius: calc(var(--radius) / 2); border-end-end-radius: calc(var(--radius) / 2); background: var(--bad-back); font-size: 0.9375rem; }
.late { animation: appear 0s 3s both; }
@keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
@media (scripting: none) { .late { display: none; } }
[role=alert]:empty { display: none; }
[role=alert]:focus { outline: none; }
input[aria-invalid=true] { border-color: var(--bad); }
[role=alert] { margin-block: 1.25rem; padding-block: 0.75rem; padding-inline: 0.875rem; border-inline-start: 3px solid var(--bad); border-start-end-radius: calc(var(--radius) / 2); border-end-end-radius: calc(var(--radius) / 2); background: var(--bad-back); font-size: 0.9375rem; }
[role=alert][data-tone=good] { border-color: var(--good); background: var(--good-back); }
[role=alert] p { margin-block: 0 0.25rem; }
[role=alert] p:last-child { margin: 0; }
footer { padding-block: 1.1rem 0; padding-inline: 0.25rem; }
footer p { margin: 0; }
footer a { color: var(--soft); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
footer a:hover { color: var(--ink); }
footer ul { display: flex; flex-wrap: wrap; gap: 0 0.875rem; margin-block: 0.5rem 0; padding: 0; list-style: none; }
footer li a { display: inline-flex; align-items: center; min-block-size: 1.75rem; min-inline-size: 1.5rem; }
.languages { font-size: 0.8125rem; }
.languages a { text-decoration: none; }
.languages a:hover { text-decoration: underline; }
.languages [aria-current] { color: var(--ink); font-weight: 600; }
/* Letters of Japanese stand in squares, and a line ends between phrases. */
:lang(ja) { letter-spacing: 0; line-break: strict; word-break: auto-phrase; }
@media (forced-colors: active) { .button, main { border: 1px solid; } }
@media print { body { padding: 0; } }
`
