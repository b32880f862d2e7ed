/** @jsxImportSource preact */
/** Fields of a brand: a colour, and a picture that becomes a `data:` URL in the browser. */
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { parseBrandImage } from '../../../../lib/brand-images.ts'

const COLOR = /^#[0-9a-f]{6}$/i
export const isColor = (text: string): boolean => COLOR.test(text)

/** A picker and its text: people paste the colour of their brand more often than they look for it. */
export function ColorField({
  label,
  value,
  onValue,
  hint,
}: {
  label: string
  value: string
  onValue: (value: string) => void
  hint: string
}) {
  const id = useId()
  const isWrong = !isColor(value)
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="color">
        <input
          type="color"
          aria-label={`${label}: picker`}
          value={isWrong ? '#000000' : value.toLowerCase()}
          onInput={({ currentTarget }) => onValue(currentTarget.value)}
        />
        <input
          id={id}
          name="color"
          autocomplete="off"
          spellcheck={false}
          maxLength={7}
          value={value}
          onInput={({ currentTarget }) => onValue(currentTarget.value.trim())}
          aria-invalid={isWrong || undefined}
          aria-describedby={`${id}-hint`}
        />
      </div>
      <p class={isWrong ? 'fault' : 'soft'} id={`${id}-hint`}>
        {isWrong ? 'A colour as #rrggbb, such as #0f766e.' : hint}
      </p>
    </div>
  )
}

export interface LogoFieldProps {
  /** A `data:` URL; undefined: no logo. */
  value: string | undefined
  onValue: (value: string | undefined) => void
  /** Of the `data:` URL. */
  maxLength: number
  faults?: readonly string[]
}

export function LogoField({ value, onValue, maxLength, faults = [] }: LogoFieldProps) {
  const id = useId()
  const fault = useSignal('')
  const read = async (file: File | undefined) => {
    if (file === undefined) return
    const url = await asDataUrl(file)
    const result = parseBrandImage(url)
    fault.value =
      'refused' in result
        ? `The file ${result.refused}.`
        : url.length > maxLength
          ? `The file is too large: ${Math.floor((maxLength * 3) / 4 / 1000)} kB at most. A simple SVG is usually smaller.`
          : ''
    if (fault.value === '') onValue(url)
  }
  const said = [fault.value, ...faults].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={id}>Logo</label>
      <div class="logo-field">
        {value !== undefined && <img src={value} alt="The logo" />}
        <input
          id={id}
          type="file"
          accept="image/svg+xml,image/png,image/jpeg,image/webp"
          aria-describedby={`${id}-hint`}
          aria-invalid={said !== '' || undefined}
          onChange={({ currentTarget }) => void read(currentTarget.files?.[0])}
        />
        {value !== undefined && (
          <button type="button" class="button quiet" onClick={() => onValue(undefined)}>
            Remove the logo
          </button>
        )}
      </div>
      <p class={said === '' ? 'soft' : 'fault'} id={`${id}-hint`}>
        {said === '' ? 'SVG, PNG, JPEG or WebP. It is shown 32 px high, on light and on dark.' : said}
      </p>
    </div>
  )
}

const asDataUrl = (file: File): Promise<string> =>
  new Promise((resolve) => {
    const reader = new FileReader()
    reader.addEventListener('loadend', () => resolve(String(reader.result ?? '')))
    reader.readAsDataURL(file)
  })
