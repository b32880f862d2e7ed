/** @jsxImportSource preact */
import { announce } from './announce.ts'
import { Button } from './parts.tsx'
import { say } from './texts.ts'

/** Browsers have no clipboard on a page without TLS, and people can refuse it. */
export const Copy = ({ text }: { text: string }) => (
  <Button
    onPress={async () => {
      try {
        await navigator.clipboard.writeText(text)
        announce(say('copied'))
      } catch {
        announce(say('copyByHand'))
      }
    }}
  >
    {say('copy')}
  </Button>
)
