/** @jsxImportSource @kitajs/html */
/**
 * The HTML part of a mail: tables and inline styles, which every mail program understands. No images and no external
 * resources.
 *
 * @kitajs/html escapes children only if the element has `safe`, and attributes only in part. Its scanner, `xss-scan`,
 * needs a TypeScript with a JavaScript API, which version 7 does not have. Instead the tests put hostile values into
 * every place of every template, and into every message.
 */
import { escapeHtml } from '@kitajs/html'
import { contrast, textOn } from '../../lib/colors.ts'
import type { Block, Letter } from '../../core/letters.ts'
import type { Locale } from './content.ts'
import { toHtml } from './to-html.ts'

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
const MONO = 'font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace'
const BREAK = 'overflow-wrap:anywhere;word-break:break-word'

/** An attribute, because Outlook ignores the style. */
const FULL_WIDTH = { width: '100%' }

/** A button with less contrast to its card than this gets a border. */
const FAINT = 1.5
const DARK_CARD = '#1c1c1f'

/** Mail programs without dark mode, and those that remove `<style>`, show the inline colours. */
const STYLES = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%;text-size-adjust:100%}
@media (max-width:480px){.card{padding:28px 22px 18px!important}.gutter{padding:20px 12px!important}}
@media (prefers-color-scheme:dark){
.page{background-color:#111113!important}
.card{background-color:${DARK_CARD}!important;border-right-color:#34343a!important;border-bottom-color:#34343a!important;border-left-color:#34343a!important}
.ink{color:#f4f4f5!important}
.soft{color:#b6b6bf!important}
.panel{background-color:#29292e!important;border-color:#3d3d45!important}
.edge{border-color:#8a8a94!important}
}`

interface Style {
  locale: Locale
  /** The line above the card. */
  head: string
  /** `#rrggbb` */
  color: string
  footer: string
}

/** A complete HTML document. */
export const htmlPart = (letter: Letter, style: Style): string => `<!doctype html>${page(letter, style)}`

const page = ({ subject, preview, heading, blocks }: Letter, style: Style): string =>
  toHtml(
    <html lang={style.locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no" />
        <title safe>{subject}</title>
        <style>{STYLES}</style>
      </head>
      <body class="page" style="margin:0;padding:0;background-color:#f4f4f6">
        <div style="display:none;max-height:0;overflow:hidden;opacity:0" safe>
          {preview}
        </div>
        <table
          role="presentation"
          attrs={FULL_WIDTH}
          cellpadding={0}
          cellspacing={0}
          border={0}
          style="background-color:#f4f4f6"
          class="page"
        >
          <tr>
            <td class="gutter" align="center" style="padding:40px 16px">
              <table
                role="presentation"
                attrs={FULL_WIDTH}
                cellpadding={0}
                cellspacing={0}
                border={0}
                style="max-width:520px"
              >
                <tr>
                  <td
                    class="ink"
                    style={`padding:0 4px 20px;${FONT};font-size:17px;line-height:24px;font-weight:700;letter-spacing:-0.01em;color:#18181b;${BREAK}`}
                    safe
                  >
                    {style.head}
                  </td>
                </tr>
                <tr>
                  <td
                    class="card"
                    style={`padding:36px 40px 26px;background-color:#ffffff;border:1px solid #e4e4e7;border-top:4px solid ${style.color};border-radius:12px`}
                  >
                    <h1
                      class="ink"
                      style={`margin:0 0 16px;${FONT};font-size:22px;line-height:30px;font-weight:700;letter-spacing:-0.01em;color:#18181b;${BREAK}`}
                      safe
                    >
                      {heading}
                    </h1>
                    {blocks.map((block) => htmlBlock(block, style.color)).join('')}
                  </td>
                </tr>
                <tr>
                  <td
                    class="soft"
                    style={`padding:20px 4px 0;${FONT};font-size:13px;line-height:20px;color:#5b5b66;${BREAK}`}
                    safe
                  >
                    {style.footer}
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>,
  )

function htmlBlock(block: Block, brandColor: string): string {
  switch (block.kind) {
    case 'text':
      return toHtml(
        <p class="ink" style={`margin:0 0 20px;${FONT};font-size:16px;line-height:25px;color:#27272a;${BREAK}`} safe>
          {block.text}
        </p>,
      )
    case 'note':
      return toHtml(
        <p class="soft" style={`margin:0 0 12px;${FONT};font-size:14px;line-height:22px;color:#5b5b66;${BREAK}`} safe>
          {block.text}
        </p>,
      )
    case 'code':
      return code(block.code)
    case 'button':
      return button(block.label, block.href, brandColor)
    case 'link':
      return link(block.label, block.href)
    case 'facts':
      return facts(block.facts)
  }
}

const code = (digits: string): string =>
  toHtml(
    <table role="presentation" attrs={FULL_WIDTH} cellpadding={0} cellspacing={0} border={0} style="margin:0 0 24px">
      <tr>
        <td
          class="panel ink"
          align="center"
          style={`padding:18px 8px 18px 16px;background-color:#f4f4f6;border:1px solid #e4e4e7;border-radius:8px;${MONO};font-size:34px;line-height:42px;font-weight:700;letter-spacing:8px;color:#18181b;${BREAK}`}
          safe
        >
          {digits}
        </td>
      </tr>
    </table>,
  )

/** The cell and the link both have the colour: Outlook shows only the colour of the cell. */
const button = (label: string, href: string, color: string): string =>
  toHtml(
    <table role="presentation" cellpadding={0} cellspacing={0} border={0} style="margin:0 0 24px">
      <tr>
        <td align="center" attrs={{ bgcolor: color }} style={`background-color:${color};border-radius:8px`}>
          <a
            {...(contrast(color, DARK_CARD) < FAINT && { class: 'edge' })}
            href={escapeHtml(href)}
            style={`display:inline-block;padding:13px 26px;background-color:${color};border:1px solid ${contrast(color, '#ffffff') < FAINT ? '#71717a' : color};border-radius:8px;${FONT};font-size:16px;line-height:22px;font-weight:600;color:${textOn(color)};text-decoration:none;${BREAK}`}
            safe
          >
            {label}
          </a>
        </td>
      </tr>
    </table>,
  )

const link = (label: string, href: string): string =>
  toHtml(
    <p style={`margin:0;${FONT};font-size:14px;line-height:22px;${BREAK}`}>
      <a
        class="soft"
        href={escapeHtml(href)}
        style="display:inline-block;padding:12px 0;color:#5b5b66;text-decoration:underline"
        safe
      >
        {label}
      </a>
    </p>,
  )

const facts = (rows: { label: string; value: string }[]): string =>
  toHtml(
    <table role="presentation" attrs={FULL_WIDTH} cellpadding={0} cellspacing={0} border={0} style="margin:0 0 20px">
      <tr>
        <td
          class="panel"
          style="padding:16px 18px 6px;background-color:#f4f4f6;border:1px solid #e4e4e7;border-radius:8px"
        >
          {rows
            .map(({ label, value }) =>
              toHtml(
                <div style="margin:0 0 10px">
                  <div class="soft" style={`${FONT};font-size:13px;line-height:20px;color:#5b5b66`} safe>
                    {label}
                  </div>
                  <div class="ink" style={`${FONT};font-size:16px;line-height:24px;color:#18181b;${BREAK}`} safe>
                    {value}
                  </div>
                </div>,
              ),
            )
            .join('')}
        </td>
      </tr>
    </table>,
  )
