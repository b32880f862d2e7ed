/** @jsxImportSource preact */
/**
 * How values are shown: `<Details items={[['E-mail', user.email], ['Since', <When at={user.createdAt} />]]} />`,
 * `<Badge tone="good">active</Badge>`, `<Code text={id} />` with a button to copy, `<Json value={metadata} />`.
 */
import type { ComponentChildren } from 'preact'
import { CopyButton } from './copy.tsx'
import { Scroll } from './scroll.tsx'

export const Details = ({
  items,
}: {
  items: readonly (readonly [string, ComponentChildren] | false | undefined)[]
}) => (
  <dl class="details">
    {items.map(
      (item) =>
        item && (
          <div key={item[0]}>
            <dt>{item[0]}</dt>
            <dd>
              {item[1] === '' || item[1] === null || item[1] === undefined ? <span class="soft">–</span> : item[1]}
            </dd>
          </div>
        ),
    )}
  </dl>
)

export type Tone = 'plain' | 'good' | 'bad' | 'brand'

/** The text says it; the colour only repeats it. */
export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ComponentChildren }) => (
  <span class="badge" data-tone={tone}>
    {children}
  </span>
)

export const Code = ({ text }: { text: string }) => (
  <span class="code-line">
    <code>{text}</code> <CopyButton text={text} />
  </span>
)

export const Json = ({ value, label }: { value: unknown; label: string }) => (
  <Scroll label={label}>{JSON.stringify(value, null, 2)}</Scroll>
)

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })

/** `at` is the ISO text of the API. `in 3 hours`, with the whole time as its title. */
export function When({ at, none = '–' }: { at: string | null | undefined; none?: string }) {
  const time = at ? Date.parse(at) : Number.NaN
  if (!at || Number.isNaN(time)) return <span class="soft">{none}</span>
  return (
    <time dateTime={at} title={absolute.format(time)}>
      {ago((time - Date.now()) / 1000)}
    </time>
  )
}

function ago(seconds: number): string {
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length)
  return unit === undefined ? 'just now' : relative.format(Math.round(seconds / unit[1]), unit[0])
}
