/** @jsxImportSource preact */
/** What stands in the place of something that is on its way, or that could not be read: `<Waiting of={useLoaded(path)} />`. */
import type { Loaded } from './loaded.ts'
import { Failure } from './notice.tsx'

export const Waiting = ({ of: { problem, reload } }: { of: Pick<Loaded<unknown>, 'problem' | 'reload'> }) => (
  <>
    {!problem && (
      <p class="soft late" role="status">
        Loading …
      </p>
    )}
    <Failure problem={problem} />
    {problem && (
      <button type="button" class="button quiet small" onClick={() => void reload()}>
        Try again
      </button>
    )}
  </>
)
