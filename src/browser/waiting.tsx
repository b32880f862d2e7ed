/** @jsxImportSource preact */
/**
 * What stands in the place of something that is on its way, or that could not be read: `<Waiting of={useLoaded(path)} />`. Of one
 * thing with an id in its path, `gone` says what it is and where the others are.
 */
import type { Problem } from './api.ts'
import type { Loaded } from './loaded.ts'
import { Failure } from './notice.tsx'

export interface Gone {
  /** `user`: “There is no such user.” */
  what: string
  href: string
  label: string
}

/** There is nothing with this id (404), or the text in the path can be the id of nothing (422). */
const isGone = ({ status }: Problem): boolean => status === 404 || status === 422

export function Waiting({
  of: { problem, reload },
  gone,
}: {
  of: Pick<Loaded<unknown>, 'problem' | 'reload'>
  gone?: Gone
}) {
  if (problem !== undefined && gone !== undefined && isGone(problem))
    return (
      <p role="alert">
        There is no such {gone.what}. <a href={gone.href}>{gone.label}</a>
      </p>
    )
  return (
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
}
