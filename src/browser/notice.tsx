/** @jsxImportSource preact */
import type { Problem } from './api.ts'
import { faultsLeft } from './faults.ts'

/** Set by the console: the page that explains a refusal. */
let whyPage: ((decisionId: string) => string) | undefined
export const onDecision = (page: (decisionId: string) => string): void => {
  whyPage = page
}

/** `request.invalid` speaks of schemas; what is wrong stands at the fields, or below this. */
const said = ({ code, title }: Problem): string =>
  code === 'request.invalid' ? 'Some values are not accepted.' : title

/** A failure, in words. Screen readers read it at once. A refusal has a link to its reasons. */
export function Failure({ problem, say = said }: { problem: Problem | undefined; say?: (problem: Problem) => string }) {
  const decisionId = problem?.decisionId
  return (
    <div role="alert">
      {problem && (
        <>
          <p>{say(problem)}</p>
          {faultsLeft(problem).map(({ place, message }) => (
            <p key={place + message} lang="en">
              {place === '' ? message : `${place}: ${message}`}
            </p>
          ))}
          {decisionId !== undefined && whyPage !== undefined && (
            <p class="soft">
              Decision <code>{decisionId}</code> · <a href={whyPage(decisionId)}>Why?</a>
            </p>
          )}
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
