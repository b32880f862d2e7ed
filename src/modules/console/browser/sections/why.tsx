/** @jsxImportSource preact */
/** Why something was refused or allowed: a decision of the last day, or a question. */
import { Heading } from '../../../../browser/heading.tsx'
import type { SectionProps } from '../sections.ts'
import { AskWhy } from './why/ask.tsx'
import { OneDecision } from './why/decision.tsx'

export default function Why({ path: [decisionId] }: SectionProps) {
  return (
    <>
      <Heading
        title={decisionId === undefined ? 'Why?' : 'Why was it refused?'}
        lead="What decides a question, and the smallest change that would allow it."
        {...(decisionId !== undefined && { back: { href: '/console/why', label: 'Ask another question' } })}
      />
      {decisionId === undefined ? <AskWhy /> : <OneDecision key={decisionId} id={decisionId} />}
    </>
  )
}
