/** @jsxImportSource preact */
/**
 * One number by day, as a line. The picture says its summary to who cannot see it. A range over it chooses a day: by the arrow
 * keys, by a finger, or by the pointer that passes; the text above says the value. The numbers are in a table below the charts.
 */
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { areaOf, ceilingOf, HEIGHT, lineOf, pointsOf, runsOf, WIDTH } from './scale.ts'
import { formatted, longDay, shortDay } from './stats.ts'

export interface ChartProps {
  title: string
  dates: readonly string[]
  values: readonly (number | null)[]
  /** What a sum says of a period. Of a number at a moment it says nothing. */
  isSum: boolean
  tone?: 'brand' | 'bad'
}

export function Chart({ title, dates, values, isSum, tone = 'brand' }: ChartProps) {
  const id = useId()
  const chosen = useSignal<number | undefined>(undefined)
  const last = values.length - 1
  const at = Math.min(chosen.value ?? last, last)
  const ceiling = ceilingOf(values)
  const points = pointsOf(values, ceiling)
  const marked = points[at]
  const said = valueText(values[at] ?? null)
  return (
    <figure class="chart card" data-tone={tone}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        <span class="chart-value">
          <strong>{chosen.value === undefined && isSum ? formatted(sumOf(values)) : said}</strong>{' '}
          <span class="soft">
            {chosen.value === undefined ? (isSum ? `in ${dates.length} days` : 'now') : longDay(dates[at] ?? '')}
          </span>
        </span>
      </figcaption>
      <div class="chart-plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summaryOf(title, dates, values, isSum)}
        >
          <line class="chart-ground" x1="0" y1={HEIGHT} x2={WIDTH} y2={HEIGHT} />
          {runsOf(points).map((run) => (
            <g key={run[0]?.x}>
              <path class="chart-area" d={areaOf(run)} />
              <path class="chart-line" d={run.length === 1 ? `${lineOf(run)}h0.1` : lineOf(run)} />
            </g>
          ))}
          {chosen.value !== undefined && marked && (
            <>
              <line class="chart-mark" x1={marked.x} y1="0" x2={marked.x} y2={HEIGHT} />
              <path class="chart-point" d={`M${marked.x} ${marked.y}h0.1`} />
            </>
          )}
        </svg>
        <span class="chart-ceiling soft" aria-hidden="true">
          {formatted(ceiling)}
        </span>
        <input
          type="range"
          min="0"
          max={last}
          step="1"
          value={at}
          aria-labelledby={id}
          aria-valuetext={`${longDay(dates[at] ?? '')}: ${said}`}
          onInput={({ currentTarget }) => {
            chosen.value = Number(currentTarget.value)
          }}
          onFocus={() => {
            chosen.value ??= last
          }}
          onBlur={() => {
            chosen.value = undefined
          }}
          onPointerMove={({ offsetX, currentTarget }) => {
            const share = offsetX / Math.max(1, currentTarget.clientWidth)
            chosen.value = Math.max(0, Math.min(last, Math.round(share * last)))
          }}
          onPointerLeave={({ currentTarget }) => {
            if (document.activeElement !== currentTarget) chosen.value = undefined
          }}
        />
      </div>
      <div class="chart-days soft" aria-hidden="true">
        <span>{shortDay(dates[0] ?? '')}</span>
        <span>{shortDay(dates[last] ?? '')}</span>
      </div>
    </figure>
  )
}

const valueText = (value: number | null): string => (value === null ? 'not counted' : formatted(value))

const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** `Sign-ins by day. 120 in 30 days. The most, 14, on Thursday, July 9.` */
export function summaryOf(
  title: string,
  dates: readonly string[],
  values: readonly (number | null)[],
  isSum: boolean,
): string {
  const highest = Math.max(0, ...values.map((value) => value ?? 0))
  const on = dates[values.indexOf(highest)]
  const total = isSum ? ` ${formatted(sumOf(values))} in ${dates.length} days.` : ''
  return `${title} by day.${total}${on === undefined || highest === 0 ? '' : ` The most, ${formatted(highest)}, on ${longDay(on)}.`}`
}
