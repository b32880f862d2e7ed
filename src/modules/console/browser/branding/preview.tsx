/** @jsxImportSource preact */
/** The sign-in card of a brand in both themes, and the contrast of its colours, before anything is saved. */
import { contrast } from '../../../../lib/colors.ts'
import type { BrandVariables } from '../../../../lib/brand-variables.ts'
import { type Palette, paletteOf, type Theme, themes } from '../../../../lib/palette.ts'

export interface PreviewedBrand {
  name: string
  /** `#rrggbb` */
  color: string
  /** A `data:` URL, or a path of our own origin. */
  logo: string | undefined
  /** The name of the server, below a brand of an organisation. */
  server: string | undefined
  variables: BrandVariables
}

export const BrandPreview = (brand: PreviewedBrand) => (
  <>
    <div class="previews">
      {themes.map((theme) => (
        <Card key={theme} theme={theme} {...brand} />
      ))}
    </div>
    <Contrasts {...brand} />
  </>
)

/** The variables are set through the DOM: the policy of the page allows no style in its HTML. */
function Card({ theme, name, color, logo, server, variables }: PreviewedBrand & { theme: Theme }) {
  const palette = paletteOf(color, theme, variables[theme])
  const { radius = '0.75rem', font } = variables
  const style = {
    ...Object.fromEntries(Object.entries(palette).map(([variable, value]) => [`--${variable}`, value])),
    '--radius': radius,
    ...(font !== undefined && { fontFamily: font }),
  }
  return (
    <figure class="preview" style={style}>
      <figcaption>{theme === 'light' ? 'Light theme' : 'Dark theme'}</figcaption>
      <div role="img" aria-label={`The sign-in page of ${name} in the ${theme} theme`}>
        <p class="brand">
          {logo !== undefined && <img src={logo} alt="" />}
          <span>{name}</span>
        </p>
        <div class="sheet">
          <strong>Sign in</strong>
          <span class="label">E-mail address</span>
          <span class="box">ada@example.com</span>
          <span class="label">Password</span>
          <span class="box focused">••••••••••••</span>
          <span class="press">Sign in</span>
          <span class="more">Forgot password?</span>
        </div>
        {server !== undefined && <p class="foot">{`This page is a service of ${server}.`}</p>}
      </div>
    </figure>
  )
}

const ROWS: readonly (readonly [what: string, of: keyof Palette, on: keyof Palette])[] = [
  ['Text on buttons', 'on-brand', 'brand'],
  ['Links and focus, on cards', 'accent', 'card'],
  ['Links and focus, on the page', 'accent', 'page'],
  ['Edges and charts, on cards', 'brand-edge', 'card'],
]

function Contrasts({ color, variables }: PreviewedBrand) {
  const palettes = themes.map((theme) => paletteOf(color, theme, variables[theme]))
  return (
    <table class="contrasts">
      <caption>Contrast, WCAG 2.2: texts have at least 4.5:1, edges 3:1</caption>
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Light</th>
          <th scope="col">Dark</th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([what, of, on]) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            {palettes.map((palette, index) => (
              <td key={themes[index]}>
                <span class="swatch" style={{ background: palette[of] }} aria-hidden="true" />
                {`${Math.floor(contrast(palette[of], palette[on]) * 10) / 10}:1 `}
                <span class="soft">
                  {of === 'on-brand' || palette[of] === color.toLowerCase() ? 'as it is' : `as ${palette[of]}`}
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
