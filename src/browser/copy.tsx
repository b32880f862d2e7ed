/** @jsxImportSource preact */
/** `<CopyButton text={id} />`, and `<SecretOnce label="Client secret" value={secret} />` for what is never shown again. */
import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { Scroll } from './scroll.tsx'

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const said = useSignal('')
  const copy = async () => {
    said.value = (await write(text)) ? 'Copied' : 'Select the text and copy it'
    setTimeout(() => {
      said.value = ''
    }, 2_500)
  }
  return (
    <>
      <button type="button" class="copy" onClick={copy}>
        {said.value === '' ? label : said.value}
      </button>
      <span class="hidden" role="status">
        {said.value}
      </span>
    </>
  )
}

/** Browsers have no clipboard on a page without TLS, and people can refuse it. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** A value that the server tells once. It is text that can be selected, so it can be copied without the clipboard too. */
export function SecretOnce({ label, value }: { label: string; value: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  return (
    <div class="secret">
      <label for={id}>{label}</label>
      <div class="row">
        <input
          id={id}
          ref={field}
          class="mono"
          readOnly
          value={value}
          autocomplete="off"
          spellcheck={false}
          onFocus={() => field.current?.select()}
        />
        <CopyButton text={value} />
      </div>
      <p class="soft">It is shown this once. Keep it in a safe place, such as a secret manager.</p>
    </div>
  )
}

/** Text of several lines to copy, such as a file. */
export const CopyBlock = ({ label, text }: { label: string; text: string }) => (
  <figure class="block">
    <figcaption>
      <span>{label}</span> <CopyButton text={text} />
    </figcaption>
    <Scroll label={label}>{text}</Scroll>
  </figure>
)
