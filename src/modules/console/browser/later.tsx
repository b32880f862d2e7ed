/** @jsxImportSource preact */
/** A component that is loaded when it is drawn for the first time: `const Rules = later(() => import('./rules.tsx'))`. */
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Problem } from '../../../browser/api.ts'
import { Failure } from '../../../browser/notice.tsx'

export function later<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | undefined>(undefined)
  const isLost = signal(false)
  return function Later(props) {
    useEffect(() => {
      if (loaded.peek() !== undefined) return
      isLost.value = false
      load().then(
        ({ default: component }) => {
          loaded.value = component
        },
        () => {
          isLost.value = true
        },
      )
    }, [])
    const Loaded = loaded.value
    if (Loaded !== undefined) return <Loaded {...props} />
    return isLost.value ? <Failure problem={LOST} /> : <p class="soft late">Loading …</p>
  }
}

const LOST: Problem = {
  code: 'offline',
  status: 0,
  title: 'This part of the console could not be loaded. Check your connection and load the page again.',
  errors: [],
  requestId: undefined,
  decisionId: undefined,
  retryAfterSeconds: undefined,
}
