/** @jsxImportSource preact */
import type { Problem } from './api.ts'

/** A failure, in words. Screen readers read it at once. */
export function Failure({
  problem,
  say = ({ title }) => title,
}: {
  problem: Problem | undefined
  say?: (problem: Problem) => string
}) {
  return (
    <div role="alert">
      {problem && (
        <>
          <p>{say(problem)}</p>
          {problem.errors.map(({ path, message }) => (
            <p key={path + message} lang="en">
              {path && <code>{path}</code>} {message}
            </p>
          ))}
          {problem.requestId !== undefined && problem.status >= 500 && (
            <p class="soft">
              <code>{problem.requestId}</code>
            </p>
          )}
        </>
      )}
    </div>
  )
}
