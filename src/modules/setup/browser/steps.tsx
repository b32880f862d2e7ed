/** @jsxImportSource preact */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { FreshSessionPrompt } from '../../../browser/fresh-session.tsx'
import { freshTexts } from '../../../lib/fresh-session-texts.ts'
import { Administrator } from './administrator.tsx'
import { ClientStep } from './client.tsx'
import { Finished } from './finished.tsx'
import { Organisation } from './organisation.tsx'
import { progress, setting } from './progress.ts'

const STEPS = [
  { step: 'administrator', title: 'Make the first administrator', of: Administrator },
  { step: 'organisation', title: 'Make your first organisation', of: Organisation },
  { step: 'client', title: 'Connect your first application', of: ClientStep },
  { step: 'finished', title: 'The server is set up', of: Finished },
] as const

export function Setup() {
  const { step, email } = progress.value
  const index = STEPS.findIndex((one) => one.step === step)
  const current = STEPS[index] ?? STEPS[3]
  const isOver = step === 'finished' && progress.value.client === undefined
  const h1 = useRef<HTMLHeadingElement>(null)
  const first = useRef(true)
  useLayoutEffect(() => {
    document.title = `${current.title} · ${setting.brandName}`
    if (!first.current) h1.current?.focus()
    first.current = false
  }, [current])
  const Current = current.of
  return (
    <>
      <header>
        <p class="brand">{setting.brandName}</p>
      </header>
      <main>
        {!isOver && (
          <p class="soft steps">
            Step {index + 1} of {STEPS.length}
            {email !== undefined && ` · signed in as ${email}`}
          </p>
        )}
        <h1 ref={h1} tabIndex={-1}>
          {current.title}
        </h1>
        <Current />
      </main>
      <FreshSessionPrompt texts={freshTexts} />
    </>
  )
}
