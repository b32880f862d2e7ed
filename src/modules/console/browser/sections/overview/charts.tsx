/** @jsxImportSource preact */
/** The four charts, and their numbers as a table. */
import { Chart } from './chart.tsx'
import { type Day, formatted, shortDay } from './stats.ts'

const SERIES = [
  { name: 'signIns', title: 'Sign-ins', isSum: true, tone: 'brand' },
  { name: 'signInFailures', title: 'Refused sign-ins', isSum: true, tone: 'bad' },
  { name: 'signUps', title: 'Sign-ups', isSum: true, tone: 'brand' },
  { name: 'activeSessions', title: 'Valid sessions', isSum: false, tone: 'brand' },
] as const

export function Charts({ days }: { days: readonly Day[] }) {
  const dates = days.map(({ date }) => date)
  return (
    <>
      <div class="charts">
        {SERIES.map(({ name, ...chart }) => (
          <Chart key={name} {...chart} dates={dates} values={days.map((day) => day[name])} />
        ))}
      </div>
      <details class="numbers">
        <summary>The numbers as a table</summary>
        <div class="rows">
          <table aria-label="By day">
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                {SERIES.map(({ name, title }) => (
                  <th key={name} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...days].reverse().map((day) => (
                <tr key={day.date}>
                  <td data-label="Day">
                    <time dateTime={day.date}>{shortDay(day.date)}</time>
                  </td>
                  {SERIES.map(({ name, title }) => {
                    const value = day[name]
                    return (
                      <td key={name} data-label={title}>
                        {value === null ? <span class="soft">–</span> : formatted(value)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  )
}
